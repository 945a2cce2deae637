{#- The body of an indicator whose operational source is not read yet: the published figures, in the shape of every indicator model. -#}
{% macro official_actuals(indicator_code) -%}
    with

    official_results as (
        select * from {{ ref('int_official_results_dated') }}
        where indicator_code = '{{ indicator_code }}'
    ),

    fiscal_years as (
        select * from {{ ref('int_fiscal_years') }}
    ),

    actuals as (
        select
            official_results.indicator_code,
            '271004' as org_unit_code,
            'fiscal_year' as period_grain,
            fiscal_years.starts_on as period_start,
            fiscal_years.ends_on as period_end,
            fiscal_years.ends_on as measured_to,
            official_results.known_from,
            official_results.actual_value as numerator,
            cast(1 as decimal(18, 4)) as denominator
        from official_results
        inner join fiscal_years on official_results.fiscal_year = fiscal_years.fiscal_year
    )

    select * from actuals
{%- endmacro %}
