-- How an indicator stood in a fiscal year, by every method, on each day on which anything that a
-- judgement rests on changed. One row per indicator, fiscal year and such day.
with

grounds as (
    select * from {{ ref('int_judgement_grounds') }}
),

fiscal_years as (
    select * from {{ ref('int_fiscal_years') }}
),

-- Unrounded, on intervals. Of a year that is not over only a plan that is done is judged: a rate
-- may fall again, and a hire be taken back.
levelled as (
    select
        *,
        {{ level_status('met_as_written_from', 'missed_as_written_from') }} as final_status_as_written,
        {{ level_status(
            'coalesce(met_with_tolerance_from, met_as_written_from)', 'coalesce(met_with_tolerance_from, missed_as_written_from)'
        ) }} as final_status
    from grounds
),

with_statuses as (
    select
        *,
        case
            when is_provisional and not (final_status = 'met' and kind = 'milestone') and final_status is not null
                then 'cannot_tell'
            else final_status
        end as status,
        case when not is_provisional then final_status_as_written end as status_as_written
    from levelled
),

with_final_target_year as (
    select
        *,
        max(status) filter (where fiscal_year = final_target_fiscal_year and not is_provisional) over (
            partition by indicator_code, known_from
        ) as final_target_year_status
    from with_statuses
),

-- Pace and growth need years between a base and a target; a one-year target and a milestone are
-- judged by their level alone. Once the last target's year is over, or the indicator has ended, it
-- is compared, and nothing is extrapolated.
paced as (
    select
        with_final_target_year.*,
        baseline_years.fiscal_year as base_year,
        baseline_years.fiscal_year
        + date_diff('month', baseline_years.ends_on, coalesce(with_final_target_year.measured_to, own_years.ends_on)) / 12 as current_year
    from with_final_target_year
    inner join fiscal_years as own_years on with_final_target_year.fiscal_year = own_years.fiscal_year
    left join fiscal_years as baseline_years
        on
            with_final_target_year.baseline_fiscal_year = baseline_years.fiscal_year
            and with_final_target_year.fiscal_year > baseline_years.fiscal_year
            and with_final_target_year.kind in ('stock', 'ratio')
            and with_final_target_year.judged_value is not null
            and not with_final_target_year.is_ended
            and (
                with_final_target_year.fiscal_year < coalesce(with_final_target_year.final_target_fiscal_year, with_final_target_year.fiscal_year + 1)
                or (with_final_target_year.fiscal_year = with_final_target_year.final_target_fiscal_year and with_final_target_year.is_provisional)
            )
),

cases as (
    select
        indicator_code,
        fiscal_year,
        known_from,
        base_year,
        case when base_year is not null then baseline_value end as base_value,
        current_year,
        case when base_year is not null then judged_value end as current_value,
        final_target_fiscal_year as target_year,
        final_target_value as target_value,
        final_target_value is not null and final_target_fiscal_year > current_year as has_way_to_go,
        case when direction = 'up' then 1 else -1 end as direction_sign,
        natural_limit,
        may_be_negative
    from paced
),

grown as (
    {{ statcan_progress('cases') }}
),

projected as (
    select
        paced.*,
        paced.base_year is not null as has_pace,
        (grown.current_value - grown.target_value) * grown.direction_sign >= 0 as has_reached_final_target,
        {{ linear_pace('grown') }} as linear_pace_ratio,
        grown.progress_value as statcan_cagr_value,
        grown.progress_score as statcan_cagr_score,
        grown.progress_status,
        case when grown.has_way_to_go then {{ linear_projection('grown') }} end as linear_pace_projected_value,
        case when grown.has_way_to_go then {{ growth_projection('grown') }} end as statcan_cagr_projected_value
    from paced
    inner join grown
        on
            paced.indicator_code = grown.indicator_code
            and paced.fiscal_year = grown.fiscal_year
            and paced.known_from = grown.known_from
),

methods as (
    select
        * exclude (progress_status),
        case
            when not has_pace or final_target_value is null then null
            when has_reached_final_target then 'target_achieved'
            when linear_pace_ratio >= {{ on_track_from() }} then 'substantial_progress'
            when linear_pace_ratio >= {{ moderate_progress_from() }} then 'moderate_progress'
            when linear_pace_ratio >= 0 then 'limited_progress'
            else 'deterioration'
        end as linear_pace_status,
        case when has_pace then progress_status end as statcan_cagr_status
    from projected
),

-- A method says yes where the target is met or the pace suffices; the status depends on the method
-- where one says yes and another no.
judged as (
    select
        *,
        list_distinct(list_filter(
            [
                case status when 'met' then true when 'not_met' then false end,
                linear_pace_status in ('target_achieved', 'substantial_progress'),
                case
                    when statcan_cagr_status != 'not_available'
                        then statcan_cagr_status in ('target_achieved', 'substantial_progress')
                end
            ],
            lambda answer: answer is not null
        )) as answers
    from methods
)

select * from judged
