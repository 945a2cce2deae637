with

actuals as (
    select * from {{ ref('fct_indicator_actuals') }}
    where org_unit_code = '271004' and period_grain = 'fiscal_year'
),

targets as (
    select * from {{ ref('fct_indicator_targets') }}
),

official_results as (
    select * from {{ ref('fct_official_results') }}
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

knots as (
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
    where known_to is not null
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
    where known_to is not null
),

-- An indicator whose operational source has told nothing yet shows the published figure, and says so.
valued as (
    select
        knots.indicator_code,
        knots.fiscal_year,
        case when actuals.actual_value is null then official_results.actual_text end as actual_text,
        case when actuals.actual_value is null then official_results.actual_qualifier else 'exact' end as actual_qualifier,
        case
            when actuals.actual_value is not null then 'computed'
            when official_results.actual_text is not null then 'official'
        end as actual_origin,
        targets.target_text,
        targets.target_qualifier,
        official_results.official_rating,
        actuals.numerator,
        actuals.denominator,
        coalesce(actuals.actual_value, cast(official_results.actual_value as double)) as actual_value,
        cast(targets.target_value as double) as target_value,
        coalesce(actuals.is_provisional, false) as is_provisional,
        actuals.measured_to,
        knots.known_from
    from knots
    inner join run_contexts on knots.known_from <= run_contexts.as_of
    left join actuals
        on
            knots.indicator_code = actuals.indicator_code
            and knots.fiscal_year = actuals.fiscal_year
            and knots.known_from >= actuals.known_from
            and knots.known_from < coalesce(actuals.known_to, date '9999-12-31')
    left join targets
        on
            knots.indicator_code = targets.indicator_code
            and knots.fiscal_year = targets.fiscal_year
            and knots.known_from >= targets.effective_from
            and knots.known_from < coalesce(targets.effective_to, date '9999-12-31')
    left join official_results
        on
            knots.indicator_code = official_results.indicator_code
            and knots.fiscal_year = official_results.fiscal_year
            and knots.known_from >= official_results.known_from
            and knots.known_from < coalesce(official_results.known_to, date '9999-12-31')
),

changes as (
    select *
    from valued
    window same_year as (partition by indicator_code, fiscal_year order by known_from)
    qualify
        row_number() over same_year = 1
        or (
            actual_text, actual_qualifier, actual_origin, target_text, official_rating,
            numerator, denominator, actual_value, target_value, is_provisional, measured_to
        )
        is distinct from lag(
            (
                actual_text, actual_qualifier, actual_origin, target_text, official_rating,
                numerator, denominator, actual_value, target_value, is_provisional, measured_to
            )
        ) over same_year
),

dated as (
    select
        *,
        lead(known_from) over (partition by indicator_code, fiscal_year order by known_from) as known_to
    from changes
)

select * from dated
