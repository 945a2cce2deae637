-- How an indicator stood in a fiscal year, by every method, on each day on which anything that a judgement rests on changed: its own actual
-- and target, the baseline year's actual, the last target. One row per indicator, fiscal year and such day.
with

years as (
    select * from {{ ref('int_indicator_years_dated') }}
),

-- The definition that was in force on a day; before the first one, the first.
definitions as (
    select
        *,
        case when lag(valid_from) over same_indicator is null then date '0001-01-01' else valid_from end as in_force_from,
        lead(valid_from, 1, date '9999-12-31') over same_indicator as in_force_to,
        -- The first day on which no definition is in force any more, nor will be.
        case
            when count(valid_to) over all_definitions = count(*) over all_definitions
                then max(valid_to) over all_definitions + 1
        end as ended_from
    from {{ ref('indicators') }}
    window
        same_indicator as (partition by indicator_code order by valid_from),
        all_definitions as (partition by indicator_code)
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

fiscal_years as (
    select * from {{ ref('int_fiscal_years') }}
),

knots as (
    select
        indicator_code,
        known_from as knot
    from years
    union
    select
        definitions.indicator_code,
        definitions.valid_from as knot
    from definitions
    inner join run_contexts on definitions.valid_from <= run_contexts.as_of
    union
    select
        definitions.indicator_code,
        definitions.ended_from as knot
    from definitions
    inner join run_contexts on definitions.ended_from <= run_contexts.as_of
),

at_knots as (
    select
        years.* exclude (known_from),
        knots.knot as known_from,
        definitions.kind,
        definitions.direction,
        definitions.judging_method,
        definitions.natural_limit,
        coalesce(definitions.may_be_negative, false) as may_be_negative,
        definitions.baseline_fiscal_year as wanted_baseline_year,
        coalesce(knots.knot >= definitions.ended_from, false) as is_ended,
        coalesce(years.target_qualifier = 'cumulative', false) as is_total
    from years
    inner join knots
        on
            years.indicator_code = knots.indicator_code
            and years.known_from <= knots.knot
            and years.known_to > knots.knot
    inner join definitions
        on
            years.indicator_code = definitions.indicator_code
            and knots.knot >= definitions.in_force_from
            and knots.knot < definitions.in_force_to
),

-- The baseline year, or the next later one with a final actual. The last fiscal year that has a target of its own, or else a total of several
-- years, which is no place that a pace leads to. Year and value are of one row, because an aggregate of a single column passes over nulls.
chosen as (
    select
        *,
        arg_min(struct_pack(fiscal_year := fiscal_year, value := judged_value), fiscal_year) filter (
            where fiscal_year >= wanted_baseline_year and judged_value is not null and not is_provisional
        ) over same_day as baseline,
        arg_max(
            struct_pack(fiscal_year := fiscal_year, value := case when not is_total then target_value end),
            row(not is_total, fiscal_year)
        ) filter (where target_text is not null) over same_day as final_target
    from at_knots
    window same_day as (partition by indicator_code, known_from)
),

rested as (
    select
        * exclude (baseline, final_target),
        baseline.fiscal_year as baseline_fiscal_year,
        baseline.value as baseline_value,
        final_target.fiscal_year as final_target_fiscal_year,
        final_target.value as final_target_value
    from chosen
),

-- Unrounded, on intervals. Of a year that is not over only a plan that is done is judged: a rate may fall again, and a hire be taken back.
levelled as (
    select
        *,
        {{ level_status('met_as_written_from', 'missed_as_written_from') }} as final_status_as_written,
        {{ level_status(
            'coalesce(met_with_tolerance_from, met_as_written_from)', 'coalesce(met_with_tolerance_from, missed_as_written_from)'
        ) }} as final_status
    from rested
),

told as (
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

last_told as (
    select
        *,
        max(status) filter (where fiscal_year = final_target_fiscal_year and not is_provisional) over (
            partition by indicator_code, known_from
        ) as final_target_year_status
    from told
),

-- Pace and growth need years between a base and a target; a one-year target and a milestone are judged by their level alone. Once the last
-- target's year is over, or the indicator has ended, it is compared, and nothing is extrapolated.
paced as (
    select
        last_told.*,
        baseline_years.fiscal_year as base_year,
        baseline_years.fiscal_year
        + date_diff('month', baseline_years.ends_on, coalesce(last_told.measured_to, own_years.ends_on)) / 12 as current_year
    from last_told
    inner join fiscal_years as own_years on last_told.fiscal_year = own_years.fiscal_year
    left join fiscal_years as baseline_years
        on
            last_told.baseline_fiscal_year = baseline_years.fiscal_year
            and last_told.fiscal_year > baseline_years.fiscal_year
            and last_told.kind in ('stock', 'ratio')
            and last_told.judged_value is not null
            and not last_told.is_ended
            and (
                last_told.fiscal_year < coalesce(last_told.final_target_fiscal_year, last_told.fiscal_year + 1)
                or (last_told.fiscal_year = last_told.final_target_fiscal_year and last_told.is_provisional)
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
            when linear_pace_ratio >= 0.95 then 'substantial_progress'
            when linear_pace_ratio >= 0.6 then 'moderate_progress'
            when linear_pace_ratio >= 0 then 'limited_progress'
            else 'deterioration'
        end as linear_pace_status,
        case when has_pace then progress_status end as statcan_cagr_status
    from projected
),

-- A method says yes where the target is met or the pace suffices; the status depends on the method where one says yes and another no.
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
