{{ config(materialized='view') }}

-- The next target of each indicator that has not ended: this fiscal year's, or that of the first
-- year to come that has one. Beside it the actual that is held against it and what was planned for
-- the same day, on the straight way that leads to it. One row per indicator.
with

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

indicators as (
    select
        indicator_code,
        kind,
        direction,
        baseline_fiscal_year
    from {{ ref('int_indicators_in_force') }}
    where not is_ended
),

fiscal_years as (
    select * from {{ ref('int_fiscal_years') }}
),

progress as (
    select * from {{ ref('int_indicator_progress') }}
),

targets as (
    select
        progress.indicator_code,
        indicators.kind,
        indicators.direction,
        indicators.baseline_fiscal_year,
        progress.fiscal_year,
        progress.target_text,
        progress.target_qualifier,
        progress.target_value,
        fiscal_years.starts_on,
        fiscal_years.ends_on,
        paces.outlook,
        paces.numerator,
        paces.denominator,
        paces.required_numerator,
        paces.still_needed,
        paces.months_left,
        paces.needed_per_month,
        paces.actual_value,
        -- A year to date is counted to the latest delivery, not to a month's end.
        case when paces.counted = 'year_to_date' then progress.measured_to else last_day(paces.measured_month) end as measured_to
    from progress
    inner join indicators on progress.indicator_code = indicators.indicator_code
    inner join fiscal_years on progress.fiscal_year = fiscal_years.fiscal_year
    inner join run_contexts on fiscal_years.ends_on >= run_contexts.as_of
    left join {{ ref('int_required_paces') }} as paces
        on
            progress.indicator_code = paces.indicator_code
            and progress.fiscal_year = paces.fiscal_year
    where progress.target_text is not null
    qualify row_number() over (partition by progress.indicator_code order by progress.fiscal_year) = 1
),

-- The way to a target begins where the target before it was to lead, else at the baseline year's
-- actual, or that of the next later year that has a final one.
starts as (
    select
        targets.indicator_code,
        arg_max(
            struct_pack(fiscal_year := earlier.fiscal_year, value := earlier.target_value),
            earlier.fiscal_year
        ) filter (
            where earlier.target_value is not null and earlier.target_qualifier is distinct from 'cumulative'
        ) as earlier_target,
        arg_min(
            struct_pack(fiscal_year := earlier.fiscal_year, value := earlier.actual_value),
            earlier.fiscal_year
        ) filter (
            where earlier.fiscal_year >= targets.baseline_fiscal_year and earlier.actual_value is not null and not earlier.is_provisional
        ) as baseline,
        coalesce(earlier_target, baseline) as start
    from targets
    inner join progress as earlier
        on
            targets.indicator_code = earlier.indicator_code
            and targets.fiscal_year > earlier.fiscal_year
    where targets.kind in ('ratio', 'stock')
    group by targets.indicator_code
),

stages as (
    select
        contributions.indicator_code,
        any_value(run_contexts.as_of) as as_of,
        count(*) as stage_count,
        count_if(contributions.happened_on <= run_contexts.as_of) as done_count,
        count_if(contributions.due_on <= run_contexts.as_of) as due_count
    from {{ ref('int_milestones_contributed') }} as contributions
    inner join run_contexts on {{ known_on('run_contexts.as_of', 'contributions') }}
    group by contributions.indicator_code
),

-- Months lead from one year's end to another; a flow begins at nothing, and is counted by days. Of
-- a milestone the stages are planned that are due.
planned as (
    select
        targets.* exclude (actual_value, measured_to),
        case when targets.kind = 'milestone' then 100 * stages.done_count / stages.stage_count else targets.actual_value end as actual_value,
        case when targets.kind = 'milestone' then stages.as_of else targets.measured_to end as measured_to,
        starts.start.value as start_value,
        start_years.ends_on as start_date,
        case
            when targets.kind = 'milestone' then 100 * stages.due_count / stages.stage_count
            when targets.target_qualifier = 'cumulative' or targets.actual_value is null then null
            when targets.kind = 'flow'
                then
                    targets.target_value * (date_diff('day', targets.starts_on, targets.measured_to) + 1)
                    / (date_diff('day', targets.starts_on, targets.ends_on) + 1)
            else
                starts.start.value
                + (targets.target_value - starts.start.value)
                * greatest(date_diff('month', start_years.ends_on, targets.measured_to), 0)
                / date_diff('month', start_years.ends_on, targets.ends_on)
        end as planned_value
    from targets
    left join starts on targets.indicator_code = starts.indicator_code
    left join fiscal_years as start_years on starts.start.fiscal_year = start_years.fiscal_year
    left join stages on targets.indicator_code = stages.indicator_code and targets.kind = 'milestone'
),

ahead as (
    select
        planned.indicator_code,
        planned.fiscal_year,
        planned.target_text,
        planned.target_qualifier,
        planned.outlook,
        planned.target_value,
        planned.numerator,
        planned.denominator,
        planned.required_numerator,
        planned.actual_value,
        planned.start_value,
        planned.planned_value,
        forecasts.probability as target_probability,
        planned.still_needed,
        planned.needed_per_month,
        planned.months_left,
        -- A plan's share of a third is no exact binary number.
        case planned.direction
            when 'up' then planned.actual_value >= planned.planned_value - 1e-9
            else planned.actual_value <= planned.planned_value + 1e-9
        end as is_on_plan,
        planned.start_date,
        planned.measured_to
    from planned
    left join {{ ref('int_forecast_targets') }} as forecast_targets
        on
            planned.indicator_code = forecast_targets.indicator_code
            and planned.fiscal_year = forecast_targets.fiscal_year
            and forecast_targets.status = 'forecast'
    left join {{ ref('int_indicator_forecasts') }} as forecasts
        on
            forecast_targets.indicator_code = forecasts.indicator_code
            and forecast_targets.origin_month = forecasts.origin_month
            and forecast_targets.months_ahead = forecasts.months_ahead
            and forecast_targets.target_value = forecasts.target_value
)

select * from ahead
