{{ config(materialized='view') }}

-- The one fiscal year of each indicator that its actual, target and status are shown of, and what
-- became of that year's target afterwards: whether what stands now reaches it, and since when. One
-- row per indicator.
with

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

indicators as (
    select
        indicator_code,
        kind,
        direction,
        natural_limit
    from {{ ref('int_indicators_in_force') }}
),

progress as (
    select * from {{ ref('int_indicator_progress') }}
),

chosen as (
    select
        progress.*,
        indicators.kind,
        indicators.direction,
        years_chosen.year_choice
    from {{ ref('int_years_chosen') }} as years_chosen
    inner join indicators on years_chosen.indicator_code = indicators.indicator_code
    inner join progress
        on
            years_chosen.indicator_code = progress.indicator_code
            and years_chosen.fiscal_year = progress.fiscal_year
    where years_chosen.known_to = {{ no_end() }}
),

targets as (
    select targets.*
    from {{ ref('int_indicator_targets_dated') }} as targets
    inner join run_contexts
        on targets.effective_from <= run_contexts.as_of and targets.effective_to > run_contexts.as_of
),

fiscal_years as (
    select * from {{ ref('int_fiscal_years') }}
),

-- The month of the year's end and every complete one since: whether it reaches that year's target.
months_since as (
    select
        chosen.indicator_code,
        actuals.measured_to,
        case chosen.direction
            when 'up' then actuals.actual_value >= coalesce(targets.met_with_tolerance_from, targets.met_as_written_from)
            else actuals.actual_value <= coalesce(targets.met_with_tolerance_from, targets.met_as_written_from)
        end as is_reached
    from chosen
    inner join targets
        on
            chosen.indicator_code = targets.indicator_code
            and chosen.fiscal_year = targets.fiscal_year
    inner join fiscal_years on chosen.fiscal_year = fiscal_years.fiscal_year
    inner join {{ ref('int_indicator_actuals') }} as actuals
        on
            chosen.indicator_code = actuals.indicator_code
            and actuals.org_unit_code = {{ city_code() }}
            and actuals.period_grain = 'month'
            and actuals.is_current
            and not actuals.is_provisional
            and fiscal_years.ends_on < actuals.period_start
    where chosen.kind in ('ratio', 'stock') and chosen.status in ('met', 'not_met')
),

last_missed as (
    select
        indicator_code,
        max(measured_to) filter (where not is_reached) as missed_on
    from months_since
    group by indicator_code
),

since as (
    select
        months_since.indicator_code,
        arg_max(months_since.is_reached, months_since.measured_to) as is_reached_now,
        min(months_since.measured_to) filter (
            where months_since.is_reached and months_since.measured_to > coalesce(last_missed.missed_on, date '0001-01-01')
        ) as reached_on
    from months_since
    inner join last_missed on months_since.indicator_code = last_missed.indicator_code
    group by months_since.indicator_code
),

plans as (
    select
        contributions.indicator_code,
        count(*) as stage_count,
        count_if(contributions.happened_on <= run_contexts.as_of) as done_count,
        count_if(contributions.happened_on is null and contributions.due_on <= run_contexts.as_of) as overdue_count,
        count(contributions.due_on) = count(*) as is_planned,
        max(contributions.happened_on) as last_done_on,
        done_count = stage_count as is_done
    from {{ ref('int_milestones_contributed') }} as contributions
    inner join run_contexts on {{ known_on('run_contexts.as_of', 'contributions') }}
    group by contributions.indicator_code
),

shown as (
    select
        indicators.indicator_code,
        chosen.year_choice,
        chosen.actual_text,
        chosen.actual_qualifier,
        chosen.actual_origin,
        chosen.target_text,
        chosen.target_qualifier,
        chosen.official_text,
        chosen.status,
        chosen.status_reason,
        chosen.rating_comparison,
        chosen.judging_method,
        chosen.judged_status,
        chosen.fiscal_year,
        chosen.numerator,
        chosen.denominator,
        chosen.actual_value,
        chosen.target_value,
        chosen.target_tolerance,
        chosen.linear_pace_ratio,
        chosen.statcan_cagr_score,
        -- Always towards the target: how much was missing, or how much too much there was.
        case
            when coalesce(chosen.status, 'none') != 'not_met' then null
            when chosen.direction = 'up' then coalesce(chosen.target_value, indicators.natural_limit) - chosen.actual_value
            else chosen.actual_value - chosen.target_value
        end as shortfall_value,
        cast(plans.stage_count as integer) as stage_count,
        cast(plans.done_count as integer) as stages_done_count,
        cast(plans.overdue_count as integer) as stages_overdue_count,
        coalesce(plans.is_planned, false) as is_planned,
        coalesce(plans.is_done, false) as is_done,
        coalesce(chosen.status = 'not_met' and (coalesce(plans.is_done, false) or since.is_reached_now), false) as is_reached_since,
        coalesce(chosen.status = 'met' and not since.is_reached_now, false) as is_lost_since,
        coalesce(chosen.is_provisional, false) as is_provisional,
        case
            when plans.is_done then plans.last_done_on
            when chosen.status = 'not_met' and since.is_reached_now then since.reached_on
        end as reached_on,
        chosen.measured_to
    from indicators
    left join chosen on indicators.indicator_code = chosen.indicator_code
    left join since on indicators.indicator_code = since.indicator_code
    left join plans on indicators.indicator_code = plans.indicator_code
)

select * from shown
