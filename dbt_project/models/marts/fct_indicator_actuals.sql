with

indicators as (
    select
        indicator_code,
        kind
    from {{ ref('dim_indicators') }}
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

knots as (
    select * from {{ ref('int_indicators_unioned') }}
),

-- A month becomes final on the day after its end, a fiscal year with its last month: a knot of its own where no input changed that day.
finished as (
    select
        knots.indicator_code,
        knots.org_unit_code,
        knots.period_grain,
        knots.period_start,
        knots.period_end,
        -- What a source told of a year's days is all there is of them once the year is over; a stock or a ratio waits for its last month.
        case when indicators.kind in ('flow', 'milestone') then knots.period_end else knots.measured_to end as measured_to,
        knots.period_end + 1 as known_from,
        knots.numerator,
        knots.denominator
    from knots
    inner join indicators on knots.indicator_code = indicators.indicator_code
    cross join run_contexts
    where knots.known_from <= knots.period_end and knots.period_end < run_contexts.as_of
    -- The last knot, and not the last figure: a figure may have been taken back.
    qualify
        row_number() over (
            partition by knots.indicator_code, knots.org_unit_code, knots.period_grain, knots.period_start
            order by knots.known_from desc
        ) = 1
),

valued as (
    select
        knots.*,
        knots.known_from <= knots.period_end or knots.measured_to < knots.period_end as is_provisional
    from knots
    union all
    select
        finished.*,
        finished.measured_to < finished.period_end as is_provisional
    from finished
    anti join knots
        on
            finished.indicator_code = knots.indicator_code
            and finished.org_unit_code = knots.org_unit_code
            and finished.period_grain = knots.period_grain
            and finished.period_start = knots.period_start
            and finished.known_from = knots.known_from
),

changes as (
    select *
    from valued
    window
        same_period as (
            partition by indicator_code, org_unit_code, period_grain, period_start
            order by known_from
        )
    qualify
        row_number() over same_period = 1
        or (numerator, denominator, measured_to, is_provisional)
        is distinct from lag((numerator, denominator, measured_to, is_provisional)) over same_period
),

dated as (
    select
        *,
        lead(known_from) over (
            partition by indicator_code, org_unit_code, period_grain, period_start
            order by known_from
        ) as known_to
    from changes
),

hidden as (
    select distinct
        dated.indicator_code,
        dated.org_unit_code,
        dated.period_grain,
        dated.period_start,
        dated.known_from
    from dated
    inner join {{ ref('int_suppressed_counts') }} as suppressed
        on
            dated.indicator_code = suppressed.indicator_code
            and dated.org_unit_code = suppressed.org_unit_code
            and dated.period_grain = suppressed.period_grain
            and dated.period_start = suppressed.period_start
            and dated.known_from < suppressed.known_to
            and coalesce(dated.known_to, date '9999-12-31') > suppressed.known_from
),

shown as (
    select
        dated.* replace (case when hidden.known_from is null then dated.numerator end as numerator),
        hidden.known_from is not null as is_suppressed
    from dated
    left join hidden
        on
            dated.indicator_code = hidden.indicator_code
            and dated.org_unit_code = hidden.org_unit_code
            and dated.period_grain = hidden.period_grain
            and dated.period_start = hidden.period_start
            and dated.known_from = hidden.known_from
    where dated.numerator is not null
),

actuals as (
    select
        shown.indicator_code,
        shown.org_unit_code,
        shown.period_grain,
        {{ fiscal_year_of('shown.period_start') }} as fiscal_year,
        shown.numerator,
        shown.denominator,
        case when indicators.kind in ('ratio', 'milestone') then shown.numerator / nullif(shown.denominator, 0) end as actual_ratio,
        case
            when indicators.kind in ('ratio', 'milestone') then 100 * shown.numerator / nullif(shown.denominator, 0)
            else cast(shown.numerator as double)
        end as actual_value,
        shown.is_suppressed,
        shown.is_provisional,
        shown.known_to is null as is_current,
        cast(shown.period_start as date) as period_start,
        cast(shown.period_end as date) as period_end,
        cast(shown.measured_to as date) as measured_to,
        cast(shown.known_from as date) as known_from,
        cast(shown.known_to as date) as known_to
    from shown
    inner join indicators on shown.indicator_code = indicators.indicator_code
)

select * from actuals
