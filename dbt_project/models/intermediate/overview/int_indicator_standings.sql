-- Where each indicator stands: the year that is shown, the one that goes on, the next target, and
-- the group that the foremost of its reasons puts it into. Which reason comes first and what group
-- it stands for is in the seed of the reasons. One row per indicator.
with

indicators as (
    select * from {{ ref('int_indicators_in_force') }}
),

years_shown as (
    select * from {{ ref('int_years_shown') }}
),

running_years as (
    select * from {{ ref('int_running_years') }}
),

targets_ahead as (
    select * from {{ ref('int_targets_ahead') }}
),

reasons as (
    select * from {{ ref('attention_reasons') }}
),

ratings as (
    select
        indicator_code,
        fiscal_year,
        official_rating
    from {{ ref('int_indicator_progress') }}
    where official_rating is not null
    qualify row_number() over (partition by indicator_code order by fiscal_year desc) = 1
),

-- What the indicator's own method says of the latest year that it speaks of.
methods as (
    select
        indicator_code,
        judged_status
    from {{ ref('int_indicator_progress') }}
    where judging_method != 'level' and judged_status is not null
    qualify row_number() over (partition by indicator_code order by fiscal_year desc) = 1
),

facts as (
    select
        indicators.indicator_code,
        indicators.kind,
        indicators.direction,
        indicators.sort_order,
        indicators.is_ended,
        years_shown.year_choice,
        years_shown.actual_text,
        years_shown.actual_qualifier,
        years_shown.actual_origin,
        years_shown.target_text,
        years_shown.target_qualifier,
        years_shown.official_text,
        years_shown.status,
        years_shown.status_reason,
        years_shown.rating_comparison,
        years_shown.judging_method,
        years_shown.judged_status,
        years_shown.fiscal_year,
        years_shown.numerator,
        years_shown.denominator,
        years_shown.actual_value,
        years_shown.target_value,
        years_shown.target_tolerance,
        years_shown.linear_pace_ratio,
        years_shown.statcan_cagr_score,
        years_shown.shortfall_value,
        years_shown.stage_count,
        years_shown.stages_done_count,
        years_shown.stages_overdue_count,
        years_shown.is_planned,
        years_shown.is_done,
        years_shown.is_reached_since,
        years_shown.is_lost_since,
        years_shown.is_provisional,
        years_shown.reached_on,
        years_shown.measured_to,
        ratings.official_rating,
        ratings.fiscal_year as rating_fiscal_year,
        methods.judged_status as method_status,
        running_years.fiscal_year as running_fiscal_year,
        running_years.numerator as running_numerator,
        running_years.denominator as running_denominator,
        running_years.actual_value as running_value,
        running_years.measured_to as running_measured_to,
        running_years.last_year_value,
        running_years.last_year_difference,
        running_years.last_year_measured_to,
        targets_ahead.fiscal_year as next_target_fiscal_year,
        targets_ahead.target_text as next_target_text,
        targets_ahead.target_qualifier as next_target_qualifier,
        targets_ahead.target_value as next_target_value,
        targets_ahead.outlook,
        targets_ahead.numerator as latest_numerator,
        targets_ahead.denominator as latest_denominator,
        targets_ahead.required_numerator,
        targets_ahead.actual_value as latest_value,
        targets_ahead.start_value as plan_start_value,
        targets_ahead.planned_value,
        targets_ahead.target_probability,
        targets_ahead.still_needed,
        targets_ahead.needed_per_month,
        targets_ahead.months_left,
        targets_ahead.is_on_plan,
        targets_ahead.start_date as plan_start_date,
        targets_ahead.measured_to as latest_measured_to
    from indicators
    inner join years_shown on indicators.indicator_code = years_shown.indicator_code
    left join ratings on indicators.indicator_code = ratings.indicator_code
    left join methods on indicators.indicator_code = methods.indicator_code
    left join running_years on indicators.indicator_code = running_years.indicator_code
    left join targets_ahead on indicators.indicator_code = targets_ahead.indicator_code
),

found as (
    select
        *,
        list_filter(
            [
                case when is_ended then 'indicator_ended' end,
                case when is_done then 'all_stages_done' end,
                case when outlook = 'exceeded' then 'ceiling_exceeded' end,
                case when not is_ended and stages_overdue_count > 0 then 'stages_overdue' end,
                case when target_probability < {{ likely_from() }} then 'chance_low' end,
                case when outlook = 'reached' then 'reached_early' end,
                case when target_probability >= {{ likely_from() }} then 'chance_good' end,
                case when not is_on_plan then 'behind_plan' end,
                case when is_on_plan then 'on_plan' end,
                case when outlook = 'within' then 'within_ceiling' end,
                case when is_lost_since then 'lost_since' end,
                case when is_reached_since then 'reached_late' end,
                case when status = 'met' then 'target_met' end,
                case when status = 'not_met' then 'target_missed' end,
                case when not is_ended and is_planned and not is_done and stages_overdue_count = 0 then 'stages_on_time' end,
                case
                    when
                        next_target_fiscal_year is not null
                        and coalesce(outlook, 'to_go') = 'to_go'
                        and target_probability is null
                        and is_on_plan is null
                        and not is_done
                        then 'outlook_unclear'
                end,
                case
                    when
                        target_text is not null
                        and coalesce(status, 'cannot_tell') = 'cannot_tell'
                        and fiscal_year is distinct from next_target_fiscal_year
                        then 'status_unclear'
                end,
                case
                    when
                        next_target_fiscal_year is null
                        and target_text is null
                        and method_status in ('target_achieved', 'substantial_progress')
                        then 'growth_good'
                end,
                case
                    when
                        next_target_fiscal_year is null
                        and target_text is null
                        and method_status in ('moderate_progress', 'limited_progress', 'deterioration')
                        then 'growth_poor'
                end,
                case
                    when next_target_fiscal_year is null and target_text is null and fiscal_year is not null and not is_done
                        then 'without_target'
                end,
                case when fiscal_year is null then 'without_actual' end,
                case
                    when next_target_fiscal_year is null and target_text is not null and not is_done and not is_ended
                        then 'no_target_ahead'
                end,
                case
                    when kind != 'milestone' and case direction when 'up' then last_year_difference < 0 else last_year_difference > 0 end
                        then 'below_last_year'
                end,
                case when rating_comparison like 'differs%' then 'rating_differs' end
            ],
            lambda reason: reason is not null
        ) as found_codes
    from facts
),

each_reason as (
    select
        indicator_code,
        unnest(found_codes) as reason_code
    from found
),

grouped as (
    select
        each_reason.indicator_code,
        list(each_reason.reason_code order by reasons.precedence) as reason_codes,
        arg_min(each_reason.reason_code, reasons.precedence) filter (where reasons.attention_group != 'note') as deciding_reason,
        arg_min(reasons.attention_group, reasons.precedence) filter (where reasons.attention_group != 'note') as attention_group,
        arg_min(reasons.group_order, reasons.precedence) filter (where reasons.attention_group != 'note') as group_order
    from each_reason
    inner join reasons on each_reason.reason_code = reasons.reason_code
    group by each_reason.indicator_code
),

standings as (
    select
        found.*,
        grouped.attention_group,
        grouped.deciding_reason,
        grouped.reason_codes,
        cast(row_number() over (order by grouped.group_order, found.sort_order) as integer) as overview_order
    from found
    inner join grouped on found.indicator_code = grouped.indicator_code
)

select * from standings
