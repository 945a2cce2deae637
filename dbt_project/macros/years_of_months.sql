{#- Fiscal years from the months of a CTE (org_unit_code, month_start, month_end, known_from, numerator, denominator): a year's value is its
    latest complete month's, in the end March's. A month is complete on the day after its end and reigns until a later one is complete and
    known. It reigns for all departments alike: one that is no more in that month has no value for the year any more, so that the
    departments of a year are those that its ratio for the city is counted of. -#}
{% macro years_of_months(months) -%}
    with

    complete_months as (
        select
            *,
            {{ fiscal_year_of('month_start') }} as fiscal_year,
            greatest(known_from, month_end + 1) as complete_from
        from {{ months }}
    ),

    month_reigns as (
        select
            month_start,
            fiscal_year,
            min(complete_from) as reigns_from,
            min(min(complete_from)) over (
                partition by fiscal_year
                order by month_start
                rows between 1 following and unbounded following
            ) as reigns_to
        from complete_months
        group by month_start, fiscal_year
    ),

    reigns as (
        select * from month_reigns
        where reigns_to is null or reigns_from < reigns_to
    ),

    year_values as (
        select
            complete_months.org_unit_code,
            reigns.fiscal_year,
            complete_months.complete_from as known_from,
            any_value(complete_months.month_end) as measured_to,
            -- One row, and its numerator may be null: the month has been taken back.
            arg_max(
                struct_pack(numerator := complete_months.numerator, denominator := complete_months.denominator),
                complete_months.known_from
            ) as latest
        from complete_months
        inner join reigns on complete_months.month_start = reigns.month_start
        where reigns.reigns_to is null or complete_months.complete_from < reigns.reigns_to
        group by complete_months.org_unit_code, reigns.fiscal_year, complete_months.complete_from
    ),

    unit_reigns as (
        select distinct
            complete_months.org_unit_code,
            reigns.*
        from complete_months
        inner join reigns on complete_months.month_start = reigns.month_start
    ),

    ended_values as (
        select
            unit_reigns.org_unit_code,
            unit_reigns.fiscal_year,
            unit_reigns.reigns_to as known_from,
            last_day(unit_reigns.month_start) as measured_to,
            null as numerator,
            1 as denominator
        from unit_reigns
        anti join unit_reigns as next_reigns
            on
                unit_reigns.org_unit_code = next_reigns.org_unit_code
                and unit_reigns.fiscal_year = next_reigns.fiscal_year
                and unit_reigns.reigns_to = next_reigns.reigns_from
        where unit_reigns.reigns_to is not null
    ),

    all_values as (
        select
            * exclude (latest),
            latest.numerator,
            latest.denominator
        from year_values
        union all
        select * from ended_values
    )

    select
        all_values.org_unit_code,
        fiscal_years.starts_on as period_start,
        fiscal_years.ends_on as period_end,
        all_values.measured_to,
        all_values.known_from,
        all_values.numerator,
        all_values.denominator
    from all_values
    inner join {{ ref('int_fiscal_years') }} as fiscal_years on all_values.fiscal_year = fiscal_years.fiscal_year
{%- endmacro %}
