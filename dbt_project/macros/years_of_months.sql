{#- Fiscal years from the months of a CTE (month_start, month_end, known_from, numerator, denominator): a year's value is its latest complete
    month's, in the end March's. A month is complete on the day after its end and reigns until the next one is complete and known. -#}
{% macro years_of_months(months) -%}
    with

    complete_months as (
        select
            *,
            greatest(known_from, month_end + 1) as complete_from
        from {{ months }}
    ),

    reigns as (
        select
            month_start,
            {{ fiscal_year_of('month_start') }} as fiscal_year,
            min(complete_from) as reigns_from,
            lead(min(complete_from)) over (
                partition by {{ fiscal_year_of('month_start') }}
                order by month_start
            ) as reigns_to
        from complete_months
        group by month_start
    ),

    year_values as (
        select
            reigns.fiscal_year,
            complete_months.complete_from as known_from,
            any_value(complete_months.month_end) as measured_to,
            arg_max(complete_months.numerator, complete_months.known_from) as numerator,
            any_value(complete_months.denominator) as denominator
        from complete_months
        inner join reigns on complete_months.month_start = reigns.month_start
        where reigns.reigns_to is null or complete_months.complete_from < reigns.reigns_to
        group by reigns.fiscal_year, complete_months.complete_from
    )

    select
        fiscal_years.starts_on as period_start,
        fiscal_years.ends_on as period_end,
        year_values.measured_to,
        year_values.known_from,
        year_values.numerator,
        year_values.denominator
    from year_values
    inner join {{ ref('int_fiscal_years') }} as fiscal_years on year_values.fiscal_year = fiscal_years.fiscal_year
{%- endmacro %}
