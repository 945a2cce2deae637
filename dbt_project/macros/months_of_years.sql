{#- Months of a flow: every month of a unit's fiscal years that has begun, at each day on which a delivery told something of that year, and on the
    day after its end, when what is told of it is all there is. What is not told for a month of a year that is told is nobody, not unknown; so
    the months of all units of a year are the same. The CTEs: unit_years (org_unit_code, starts_on, ends_on, told_from), year_knots (starts_on,
    knot). -#}
{% macro months_of_years(unit_years, year_knots) -%}
    with

    all_knots as (
        select
            starts_on,
            knot
        from {{ year_knots }}
        union
        select
            starts_on,
            ends_on + 1 as knot
        from {{ unit_years }}
    ),

    months as (
        select
            org_unit_code,
            starts_on,
            told_from,
            cast(unnest(generate_series(starts_on, ends_on, interval 1 month)) as date) as month_start
        from {{ unit_years }}
    )

    select
        months.org_unit_code,
        months.starts_on,
        months.month_start as period_start,
        last_day(months.month_start) as period_end,
        all_knots.knot
    from months
    inner join all_knots
        on
            months.starts_on = all_knots.starts_on
            and all_knots.knot >= months.told_from
            and all_knots.knot >= months.month_start
{%- endmacro %}
