-- What a judgement of an indicator and fiscal year rests on, on each day on which any of it
-- changed: its own actual and target, the definition in force, the baseline year's actual, the last
-- target. One row per indicator, fiscal year and such day.
with

years as (
    select * from {{ ref('int_indicator_years_dated') }}
),

-- The definition that was in force on a day; before the first one, the first.
definitions as (
    select
        *,
        {{ in_force_days() }},
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

change_days as (
    select
        indicator_code,
        known_from as changed_on
    from years
    union
    select
        definitions.indicator_code,
        definitions.valid_from as changed_on
    from definitions
    inner join run_contexts on definitions.valid_from <= run_contexts.as_of
    union
    select
        definitions.indicator_code,
        definitions.ended_from as changed_on
    from definitions
    inner join run_contexts on definitions.ended_from <= run_contexts.as_of
),

at_change_days as (
    select
        years.* exclude (known_from),
        change_days.changed_on as known_from,
        definitions.kind,
        definitions.direction,
        definitions.judging_method,
        definitions.natural_limit,
        coalesce(definitions.may_be_negative, false) as may_be_negative,
        definitions.baseline_fiscal_year as wanted_baseline_year,
        coalesce(change_days.changed_on >= definitions.ended_from, false) as is_ended,
        coalesce(years.target_qualifier = 'cumulative', false) as is_total
    from years
    inner join change_days
        on
            years.indicator_code = change_days.indicator_code
            and {{ known_on('change_days.changed_on', 'years') }}
    inner join definitions
        on
            years.indicator_code = definitions.indicator_code
            and change_days.changed_on >= definitions.in_force_from
            and change_days.changed_on < definitions.in_force_to
),

-- The baseline is the wanted year, or the next later one with a final actual. The final target is
-- that of the last fiscal year with a target of its own. Where all are totals of several years it is
-- the last of them, without a value: no pace leads to a total. Year and value come from one row,
-- because an aggregate of a single column passes over nulls.
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
    from at_change_days
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
)

select * from rested
