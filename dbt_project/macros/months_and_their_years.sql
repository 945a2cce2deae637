{#- Figures of months and of the fiscal years that follow from them, from a CTE (indicator_code,
    org_unit_code, month_start, month_end, known_from, numerator, denominator): a year's value is
    its latest complete month's, in the end March's. A month is complete on the day after its end
    and gives the year's value until a later one is complete and known. It does so for all
    departments alike: one that is no more in that month has no value for the year any more, so
    that the departments of a year are those that its ratio for the city is counted of. -#}
{% macro months_and_their_years(months) -%}
    with

    complete_months as (
        select
            *,
            {{ fiscal_year_of('month_start') }} as fiscal_year,
            greatest(known_from, month_end + 1) as complete_from
        from {{ months }}
    ),

    all_months as (
        select
            indicator_code,
            month_start,
            fiscal_year,
            min(complete_from) as latest_from,
            coalesce(
                min(min(complete_from)) over (
                    partition by indicator_code, fiscal_year
                    order by month_start
                    rows between 1 following and unbounded following
                ),
                {{ no_end() }}
            ) as latest_to
        from complete_months
        group by indicator_code, month_start, fiscal_year
    ),

    latest_months as (
        select * from all_months
        where latest_from < latest_to
    ),

    year_values as (
        select
            complete_months.indicator_code,
            complete_months.org_unit_code,
            latest_months.fiscal_year,
            complete_months.complete_from as known_from,
            any_value(complete_months.month_end) as measured_to,
            -- One row, and its numerator may be null: the month has been taken back.
            arg_max(
                struct_pack(numerator := complete_months.numerator, denominator := complete_months.denominator),
                complete_months.known_from
            ) as latest
        from complete_months
        inner join latest_months
            on
                complete_months.indicator_code = latest_months.indicator_code
                and complete_months.month_start = latest_months.month_start
        where complete_months.complete_from < latest_months.latest_to
        group by complete_months.indicator_code, complete_months.org_unit_code, latest_months.fiscal_year, complete_months.complete_from
    ),

    units_of_months as (
        select distinct
            complete_months.org_unit_code,
            latest_months.*
        from complete_months
        inner join latest_months
            on
                complete_months.indicator_code = latest_months.indicator_code
                and complete_months.month_start = latest_months.month_start
    ),

    ended_values as (
        select
            units_of_months.indicator_code,
            units_of_months.org_unit_code,
            units_of_months.fiscal_year,
            units_of_months.latest_to as known_from,
            last_day(units_of_months.month_start) as measured_to,
            null as numerator,
            1 as denominator
        from units_of_months
        anti join units_of_months as next_months
            on
                units_of_months.indicator_code = next_months.indicator_code
                and units_of_months.org_unit_code = next_months.org_unit_code
                and units_of_months.fiscal_year = next_months.fiscal_year
                and units_of_months.latest_to = next_months.latest_from
        where units_of_months.latest_to < {{ no_end() }}
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
        indicator_code,
        org_unit_code,
        'month' as period_grain,
        month_start as period_start,
        month_end as period_end,
        month_end as measured_to,
        known_from,
        numerator,
        denominator
    from {{ months }}
    union all
    select
        all_values.indicator_code,
        all_values.org_unit_code,
        'fiscal_year' as period_grain,
        fiscal_years.starts_on as period_start,
        fiscal_years.ends_on as period_end,
        all_values.measured_to,
        all_values.known_from,
        all_values.numerator,
        all_values.denominator
    from all_values
    inner join {{ ref('int_fiscal_years') }} as fiscal_years on all_values.fiscal_year = fiscal_years.fiscal_year
{%- endmacro %}
