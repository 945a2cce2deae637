{{ config(materialized='view') }}

-- The fiscal year that goes on: how far each indicator that has not ended has come in it, and how
-- far it had come by the same day of the year before. A flow is counted again up to that day, from
-- what is known now; a stock and a ratio stand where the same month left them. One row per
-- indicator.
with

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

indicators as (
    select
        indicator_code,
        kind
    from {{ ref('int_indicators_in_force') }}
    where not is_ended
),

present_years as (
    select
        fiscal_years.fiscal_year,
        fiscal_years.starts_on
    from {{ ref('int_fiscal_years') }} as fiscal_years
    inner join run_contexts on run_contexts.as_of between fiscal_years.starts_on and fiscal_years.ends_on
),

progress as (
    select * from {{ ref('int_indicator_progress') }}
),

running as (
    select
        progress.indicator_code,
        indicators.kind,
        progress.fiscal_year,
        progress.numerator,
        progress.denominator,
        progress.actual_value,
        progress.measured_to,
        cast(present_years.starts_on - interval 1 year as date) as last_year_starts_on,
        cast(progress.measured_to - interval 1 year as date) as same_day
    from progress
    inner join indicators on progress.indicator_code = indicators.indicator_code
    inner join present_years on progress.fiscal_year = present_years.fiscal_year
),

-- A year of which nothing was ever measured had not come to zero.
last_years_measured as (
    select
        running.indicator_code,
        running.last_year_starts_on,
        running.same_day
    from running
    inner join progress
        on
            running.indicator_code = progress.indicator_code
            and running.fiscal_year - 1 = progress.fiscal_year
            and progress.actual_origin = 'computed'
    where running.kind = 'flow' and running.actual_value is not null
),

flows_by_the_same_day as (
    select
        last_years_measured.indicator_code,
        last_years_measured.same_day as measured_to,
        cast(
            case
                when bool_or(contributions.is_counted_once) then count(distinct contributions.thing)
                else coalesce(sum(contributions.amount), 0)
            end as double
        ) as actual_value
    from last_years_measured
    cross join run_contexts
    left join {{ ref('int_flows_contributed') }} as contributions
        on
            last_years_measured.indicator_code = contributions.indicator_code
            and contributions.thing is not null
            and contributions.happened_on between last_years_measured.last_year_starts_on and last_years_measured.same_day
            and {{ known_on('run_contexts.as_of', 'contributions') }}
    group by last_years_measured.indicator_code, last_years_measured.same_day
),

same_months as (
    select
        running.indicator_code,
        actuals.measured_to,
        actuals.actual_value
    from running
    inner join {{ ref('int_indicator_actuals') }} as actuals
        on
            running.indicator_code = actuals.indicator_code
            and actuals.org_unit_code = {{ city_code() }}
            and actuals.period_grain = 'month'
            and actuals.is_current
            and not actuals.is_provisional
            and date_trunc('month', running.measured_to) - interval 1 year = actuals.period_start
    where running.kind in ('ratio', 'stock')
),

last_years as (
    select * from flows_by_the_same_day
    union all by name
    select * from same_months
),

years as (
    select
        running.indicator_code,
        running.fiscal_year,
        running.numerator,
        running.denominator,
        running.actual_value,
        last_years.actual_value as last_year_value,
        running.actual_value - last_years.actual_value as last_year_difference,
        running.measured_to,
        last_years.measured_to as last_year_measured_to
    from running
    left join last_years on running.indicator_code = last_years.indicator_code
)

select * from years
