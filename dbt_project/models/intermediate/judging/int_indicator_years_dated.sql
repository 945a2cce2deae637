-- Actual, target in effect and published result of an indicator and fiscal year, on every day on
-- which one of them changed. A fiscal year in which the indicator is defined has a row from its
-- first day on, whatever is known of it.
with

indicators as (
    select * from {{ ref('int_indicators_in_force') }}
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

defined_years as (
    select
        definitions.indicator_code,
        fiscal_years.fiscal_year,
        min(greatest(definitions.valid_from, fiscal_years.starts_on)) as known_from
    from {{ ref('indicators') }} as definitions
    inner join {{ ref('int_fiscal_years') }} as fiscal_years
        on
            definitions.valid_from <= fiscal_years.ends_on
            and coalesce(definitions.valid_to, {{ no_end() }}) >= fiscal_years.starts_on
    group by definitions.indicator_code, fiscal_years.fiscal_year
),

actuals as (
    select * from {{ ref('int_indicator_actuals') }}
    where org_unit_code = {{ city_code() }} and period_grain = 'fiscal_year'
),

targets as (
    select * from {{ ref('int_indicator_targets_dated') }}
),

official_results as (
    select
        official_results.*,
        case
            when official_results.actual_value is not null then cast(official_results.actual_value as double)
            when indicators.kind = 'milestone' then {{ milestone_stated('official_results.actual_text') }}
        end as stated_value,
        indicators.kind = 'ratio' as is_rounded
    from {{ ref('int_official_results_dated') }} as official_results
    inner join indicators on official_results.indicator_code = indicators.indicator_code
),

change_days as (
    select * from defined_years
    union
    select
        indicator_code,
        fiscal_year,
        known_from
    from actuals
    union
    select
        indicator_code,
        fiscal_year,
        known_to as known_from
    from actuals
    where known_to < {{ no_end() }}
    union
    select
        indicator_code,
        fiscal_year,
        effective_from as known_from
    from targets
    union
    select
        indicator_code,
        fiscal_year,
        known_from
    from official_results
    union
    select
        indicator_code,
        fiscal_year,
        known_to as known_from
    from official_results
    where known_to < {{ no_end() }}
),

-- An indicator whose operational source has reported nothing yet shows the published figure, and
-- says so.
valued as (
    select
        change_days.indicator_code,
        change_days.fiscal_year,
        case when actuals.actual_value is null then official_results.actual_text end as actual_text,
        case when actuals.actual_value is null then official_results.actual_qualifier else 'exact' end as actual_qualifier,
        case
            when actuals.actual_value is not null then 'computed'
            when official_results.actual_text is not null then 'official'
        end as actual_origin,
        targets.target_text,
        targets.target_qualifier,
        official_results.actual_text as official_text,
        official_results.actual_qualifier as official_qualifier,
        official_results.official_rating,
        official_results.page_number as official_page_number,
        actuals.numerator,
        actuals.denominator,
        coalesce(actuals.actual_value, cast(official_results.actual_value as double)) as actual_value,
        coalesce(actuals.actual_value, official_results.stated_value) as judged_value,
        coalesce(
            actuals.actual_value,
            {{ written_lower(
                'official_results.stated_value',
                'official_results.actual_qualifier',
                'official_results.is_rounded',
                'official_results.actual_text'
            ) }}
        ) as actual_lower,
        coalesce(
            actuals.actual_value,
            {{ written_upper(
                'official_results.stated_value',
                'official_results.actual_qualifier',
                'official_results.is_rounded',
                'official_results.actual_text'
            ) }}
        ) as actual_upper,
        cast(targets.target_value as double) as target_value,
        cast(targets.target_tolerance as double) as target_tolerance,
        targets.target_lower,
        targets.target_upper,
        targets.met_as_written_from,
        targets.missed_as_written_from,
        targets.met_with_tolerance_from,
        official_results.stated_value as official_value,
        defined_years.fiscal_year is not null as is_defined,
        coalesce(actuals.is_provisional, false) as is_provisional,
        actuals.measured_to,
        change_days.known_from
    from change_days
    inner join run_contexts on change_days.known_from <= run_contexts.as_of
    left join defined_years
        on
            change_days.indicator_code = defined_years.indicator_code
            and change_days.fiscal_year = defined_years.fiscal_year
            and change_days.known_from >= defined_years.known_from
    left join actuals
        on
            change_days.indicator_code = actuals.indicator_code
            and change_days.fiscal_year = actuals.fiscal_year
            and {{ known_on('change_days.known_from', 'actuals') }}
    left join targets
        on
            change_days.indicator_code = targets.indicator_code
            and change_days.fiscal_year = targets.fiscal_year
            and change_days.known_from >= targets.effective_from
            and change_days.known_from < targets.effective_to
    left join official_results
        on
            change_days.indicator_code = official_results.indicator_code
            and change_days.fiscal_year = official_results.fiscal_year
            and {{ known_on('change_days.known_from', 'official_results') }}
),

dated as (
    select
        *,
        {{ next_known_from('indicator_code, fiscal_year') }} as known_to
    from valued
)

select * from dated
