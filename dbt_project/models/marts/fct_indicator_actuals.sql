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
        arg_max(knots.measured_to, knots.known_from) as measured_to,
        knots.period_end + 1 as known_from,
        arg_max(knots.numerator, knots.known_from) as numerator,
        arg_max(knots.denominator, knots.known_from) as denominator
    from knots
    cross join run_contexts
    where knots.known_from <= knots.period_end and knots.period_end < run_contexts.as_of
    group by all
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

actuals as (
    select
        dated.indicator_code,
        dated.org_unit_code,
        dated.period_grain,
        {{ fiscal_year_of('dated.period_start') }} as fiscal_year,
        dated.numerator,
        dated.denominator,
        case when indicators.kind = 'ratio' then dated.numerator / nullif(dated.denominator, 0) end as actual_ratio,
        case
            when indicators.kind = 'ratio' then 100 * dated.numerator / nullif(dated.denominator, 0)
            else cast(dated.numerator as double)
        end as actual_value,
        dated.is_provisional,
        dated.known_to is null as is_current,
        cast(dated.period_start as date) as period_start,
        cast(dated.period_end as date) as period_end,
        cast(dated.measured_to as date) as measured_to,
        cast(dated.known_from as date) as known_from,
        cast(dated.known_to as date) as known_to
    from dated
    inner join indicators on dated.indicator_code = indicators.indicator_code
    where dated.numerator is not null
)

select * from actuals
