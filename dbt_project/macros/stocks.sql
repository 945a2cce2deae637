{#- What the warehouse learned of a stock, and when: a delivery adds its changes on the day from which it is known and takes them away when the
    next one is. What two deliveries say alike cancels, so that a year of nightly deliveries is no longer than their differences. -#}
{% macro stock_changes_dated(source_name, changes) -%}
    with

    landed_items as (
        select
            item_id,
            known_from,
            known_to
        from {{ ref('stg_night__landed_items') }}
        where source_name = '{{ source_name }}' and is_effective
    ),

    stock_changes as (
        select * from {{ changes }}
    ),

    learned as (
        select
            stock_changes.department_name,
            stock_changes.is_city,
            stock_changes.changed_on,
            landed_items.known_from,
            stock_changes.change
        from stock_changes
        inner join landed_items on stock_changes.item_id = landed_items.item_id
        union all
        select
            stock_changes.department_name,
            stock_changes.is_city,
            stock_changes.changed_on,
            landed_items.known_to as known_from,
            -stock_changes.change as change
        from stock_changes
        inner join landed_items on stock_changes.item_id = landed_items.item_id
        where landed_items.known_to is not null
    ),

    -- A name that a later department took again stands for that one from its first day on.
    org_units as (
        select
            org_unit_code,
            name_ja,
            case when lag(valid_from) over same_name is null then date '0001-01-01' else valid_from end as named_from,
            coalesce(lead(valid_from) over same_name - 1, date '9999-12-31') as named_to
        from {{ ref('int_org_unit_lineages') }}
        window same_name as (partition by name_ja order by valid_from)
    ),

    dated as (
        select
            case when learned.is_city then '271004' else org_units.org_unit_code end as org_unit_code,
            learned.changed_on,
            learned.known_from,
            cast(sum(learned.change) as bigint) as change
        from learned
        left join org_units
            on
                learned.department_name = org_units.name_ja
                and learned.changed_on between org_units.named_from and org_units.named_to
        where learned.is_city or org_units.org_unit_code is not null
        group by all
        having sum(learned.change) != 0
    )

    select * from dated
{%- endmacro %}

{#- An indicator that is a stock: what is open on the last day of a month, by department and for the city. A fiscal year's value is its latest
    complete month's, in the end March's. A change counts from the day on which it is known and has happened: a planned one does not count yet.
    What is open belongs to the department that stood on the month's last day where the catalogue's one stands. -#}
{% macro indicator_of_stock(indicator_code, changes_dated) -%}
    with

    stock_changes as (
        select * from {{ changes_dated }}
    ),

    run_contexts as (
        select as_of from {{ ref('stg_night__run_contexts') }}
    ),

    carriers as (
        select
            '271004' as named_code,
            '271004' as org_unit_code,
            date '0001-01-01' as carries_from,
            date '9999-12-31' as carries_to
        union all
        select
            named_code,
            org_unit_code,
            carries_from,
            carries_to
        from {{ ref('int_org_unit_carriers') }}
        where named_code in (select stock_changes.org_unit_code from stock_changes)
    ),

    first_told as (
        select
            org_unit_code,
            date_trunc('month', changed_on) as month_start,
            min(known_from) as known_from
        from stock_changes
        group by all
    ),

    month_starts as (
        select unnest(generate_series(min(first_told.month_start), any_value(run_contexts.as_of), interval 1 month)) as month_start
        from first_told
        cross join run_contexts
    ),

    -- A month is told from the day on which a change in it or before it was first known: a later delivery may reach further back.
    months as (
        select
            cast(month_starts.month_start as date) as month_start,
            last_day(month_starts.month_start) as month_end,
            greatest(month_starts.month_start, min(first_told.known_from)) as known_from
        from month_starts
        inner join first_told on month_starts.month_start >= first_told.month_start
        group by month_starts.month_start
    ),

    units as (
        select
            org_unit_code,
            min(known_from) as known_from
        from first_told
        group by org_unit_code
    ),

    -- The city, and the departments that the catalogue names, from the day on which it does.
    carried_months as (
        select
            carriers.named_code,
            carriers.org_unit_code,
            months.month_start,
            months.month_end,
            greatest(months.known_from, units.known_from) as known_from
        from months
        inner join carriers on months.month_end between carriers.carries_from and carriers.carries_to
        inner join units on carriers.named_code = units.org_unit_code
    ),

    changes as (
        select
            org_unit_code,
            month_start,
            month_end,
            known_from,
            0 as change
        from carried_months
        union all
        select
            carried_months.org_unit_code,
            carried_months.month_start,
            carried_months.month_end,
            greatest(carried_months.known_from, stock_changes.known_from, stock_changes.changed_on) as known_from,
            stock_changes.change
        from carried_months
        inner join stock_changes
            on
                carried_months.named_code = stock_changes.org_unit_code
                and carried_months.month_end >= stock_changes.changed_on
    ),

    unit_months as (
        select
            org_unit_code,
            month_start,
            month_end,
            known_from,
            sum(sum(change)) over (partition by org_unit_code, month_start order by known_from) as numerator,
            1 as denominator
        from changes
        group by org_unit_code, month_start, month_end, known_from
    ),

    unit_years as (
        {{ years_of_months('unit_months') }}
    ),

    actuals as (
        select
            org_unit_code,
            'month' as period_grain,
            month_start as period_start,
            month_end as period_end,
            month_end as measured_to,
            known_from,
            numerator,
            denominator
        from unit_months
        union all
        select
            org_unit_code,
            'fiscal_year' as period_grain,
            period_start,
            period_end,
            measured_to,
            known_from,
            numerator,
            denominator
        from unit_years
    ),

    told_by_now as (
        {{ told_by_now(indicator_code, 'actuals') }}
    )

    select * from told_by_now
{%- endmacro %}
