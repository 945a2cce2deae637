-- The figures that a receipt is given for: the city's fiscal years as they stand. One row per
-- indicator and fiscal year.
with

city_years as (
    select
        indicator_code,
        fiscal_year,
        numerator,
        denominator,
        actual_value,
        is_provisional,
        period_start,
        period_end,
        measured_to,
        known_from
    from {{ ref('int_indicator_actuals') }}
    where org_unit_code = {{ city_code() }} and period_grain = 'fiscal_year' and is_current
)

select * from city_years
