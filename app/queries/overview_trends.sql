-- One row per indicator and point of its small trend, as known on $on: finished months where a ratio has them, fiscal years elsewhere.
with

definitions as (
    select *
    from marts.dim_indicator_definitions
    where $on >= in_force_from and ($on < in_force_to or in_force_to is null)
),

months as (
    select
        actuals.indicator_code,
        actuals.period_grain,
        actuals.fiscal_year,
        'computed' as actual_origin,
        actuals.actual_value,
        actuals.is_provisional,
        actuals.period_start
    from marts.fct_indicator_actuals as actuals
    inner join definitions as indicators on actuals.indicator_code = indicators.indicator_code
    where
        indicators.kind = 'ratio'
        and actuals.org_unit_code = '271004'
        and actuals.period_grain = 'month'
        and $on >= actuals.known_from
        and ($on < actuals.known_to or actuals.known_to is null)
        and not actuals.is_provisional
),

fiscal_years as (
    select
        progress.indicator_code,
        'fiscal_year' as period_grain,
        progress.fiscal_year,
        progress.actual_origin,
        progress.actual_value,
        progress.is_provisional,
        fiscal_years.starts_on as period_start
    from marts.fct_indicator_progress_history as progress
    inner join marts.dim_fiscal_years as fiscal_years on progress.fiscal_year = fiscal_years.fiscal_year
    inner join definitions as indicators on progress.indicator_code = indicators.indicator_code
    anti join months on progress.indicator_code = months.indicator_code
    where
        progress.is_shown
        and $on >= progress.known_from
        and ($on < progress.known_to or progress.known_to is null)
        and progress.actual_value is not null
        -- A year that is not over looks like a fall where things are counted within the year.
        and not (progress.is_provisional and indicators.kind = 'flow')
    -- A milestone that is done has no trend any more.
    qualify
        indicators.kind != 'milestone'
        or lag(progress.actual_value, 1, 0) over (partition by progress.indicator_code order by progress.fiscal_year)
        is distinct from indicators.natural_limit
),

points as (
    select * from months
    union all by name
    select * from fiscal_years
),

labelled as (
    select
        points.indicator_code,
        points.period_grain,
        points.actual_origin,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        points.actual_value,
        points.is_provisional,
        points.period_start
    from points
    inner join marts.dim_fiscal_years as fiscal_years on points.fiscal_year = fiscal_years.fiscal_year
    order by points.indicator_code, points.period_start
)

select * from labelled
