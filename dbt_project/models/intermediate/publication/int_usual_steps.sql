-- How far an indicator usually moves from one month to the next: the greatest step of the last 24
-- months that are published, and at least one of what is counted. One row per indicator that has six
-- steps or more.
with

indicators as (
    select
        indicator_code,
        kind
    from {{ ref('int_indicators_in_force') }}
    where kind != 'milestone'
),

published as (
    select
        indicator_code,
        max(measured_to) as measured_to
    from {{ ref('stg_night__published_progress') }}
    group by indicator_code
),

months as (
    select
        actuals.indicator_code,
        indicators.kind,
        actuals.period_start,
        actuals.actual_value,
        actuals.denominator,
        lag(actuals.actual_value) over (partition by actuals.indicator_code order by actuals.period_start) as value_before
    from {{ ref('int_indicator_actuals') }} as actuals
    inner join indicators on actuals.indicator_code = indicators.indicator_code
    inner join published on actuals.indicator_code = published.indicator_code
    where
        actuals.org_unit_code = {{ city_code() }}
        and actuals.period_grain = 'month'
        and actuals.is_current
        and not actuals.is_provisional
        and actuals.period_end <= published.measured_to
        and actuals.period_end > published.measured_to - interval 24 month
),

-- A month of a flow is a step itself: its year adds them up.
steps as (
    select
        indicator_code,
        case when kind = 'flow' then abs(actual_value) else abs(actual_value - value_before) end as step,
        case when kind = 'ratio' then 100.0 / nullif(denominator, 0) else 1 end as smallest_step
    from months
),

usual as (
    select
        indicator_code,
        cast(greatest(max(step), max(smallest_step)) as double) as usual_step
    from steps
    where step is not null
    group by indicator_code
    having count(*) >= 6
)

select * from usual
