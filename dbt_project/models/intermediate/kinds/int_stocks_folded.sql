-- Figures of every stock: what is open on the last day of a month, by department and for the city.
-- A fiscal year's value is its latest complete month's, in the end March's. A change counts from
-- the day on which it is known and has happened: a planned one does not count yet. What is open
-- belongs to the department that stood on the month's last day where the catalogue's one stands.
with

stock_changes as (
    select * from {{ ref('int_stock_changes_dated') }}
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

units_by_day as (
    select
        {{ city_code() }} as named_code,
        {{ city_code() }} as org_unit_code,
        date '0001-01-01' as stands_from,
        {{ no_end() }} as stands_to
    union all
    select
        named_code,
        org_unit_code,
        stands_from,
        stands_to
    from {{ ref('int_org_units_by_day') }}
),

first_reported as (
    select
        indicator_code,
        org_unit_code,
        date_trunc('month', changed_on) as month_start,
        min(known_from) as known_from
    from stock_changes
    group by all
),

month_starts as (
    select
        first_reported.indicator_code,
        unnest(generate_series(min(first_reported.month_start), any_value(run_contexts.as_of), interval 1 month)) as month_start
    from first_reported
    cross join run_contexts
    group by first_reported.indicator_code
),

-- A month has a figure from the day on which a change in it or before it was first known: a later
-- delivery may reach further back.
months as (
    select
        month_starts.indicator_code,
        cast(month_starts.month_start as date) as month_start,
        last_day(month_starts.month_start) as month_end,
        greatest(month_starts.month_start, min(first_reported.known_from)) as known_from
    from month_starts
    inner join first_reported
        on
            month_starts.indicator_code = first_reported.indicator_code
            and month_starts.month_start >= first_reported.month_start
    group by month_starts.indicator_code, month_starts.month_start
),

units as (
    select
        indicator_code,
        org_unit_code,
        min(known_from) as known_from
    from first_reported
    group by indicator_code, org_unit_code
),

-- The city, and the departments that the catalogue names, from the day on which it does.
named_unit_months as (
    select
        months.indicator_code,
        units_by_day.named_code,
        units_by_day.org_unit_code,
        months.month_start,
        months.month_end,
        greatest(months.known_from, units.known_from) as known_from
    from months
    inner join units on months.indicator_code = units.indicator_code
    inner join units_by_day
        on
            units.org_unit_code = units_by_day.named_code
            and months.month_end between units_by_day.stands_from and units_by_day.stands_to
),

changes as (
    select
        indicator_code,
        org_unit_code,
        month_start,
        month_end,
        known_from,
        0 as change
    from named_unit_months
    union all
    select
        named_unit_months.indicator_code,
        named_unit_months.org_unit_code,
        named_unit_months.month_start,
        named_unit_months.month_end,
        greatest(named_unit_months.known_from, stock_changes.known_from, stock_changes.changed_on) as known_from,
        stock_changes.change
    from named_unit_months
    inner join stock_changes
        on
            named_unit_months.indicator_code = stock_changes.indicator_code
            and named_unit_months.named_code = stock_changes.org_unit_code
            and named_unit_months.month_end >= stock_changes.changed_on
),

unit_months as (
    select
        indicator_code,
        org_unit_code,
        month_start,
        month_end,
        known_from,
        sum(sum(change)) over (partition by indicator_code, org_unit_code, month_start order by known_from) as numerator,
        1 as denominator
    from changes
    group by indicator_code, org_unit_code, month_start, month_end, known_from
),

actuals as (
    {{ months_and_their_years('unit_months') }}
),

known_by_now as (
    {{ known_by_now('actuals') }}
)

select * from known_by_now
