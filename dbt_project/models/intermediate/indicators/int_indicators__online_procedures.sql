-- Procedures that are open on the last day of a month, by department and for the city. A fiscal year's value is its latest complete month's, in
-- the end March's. A change counts from the day on which it is known and has happened: a planned one does not count yet.
with

stock_changes as (
    select * from {{ ref('int_procedure_stock_changes_dated') }}
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

first_told as (
    select
        min(known_from) as known_from,
        min(changed_on) as changed_on
    from stock_changes
),

month_starts as (
    select
        unnest(generate_series(date_trunc('month', first_told.changed_on), run_contexts.as_of, interval 1 month)) as month_start,
        first_told.known_from
    from first_told
    cross join run_contexts
),

months as (
    select
        cast(month_start as date) as month_start,
        last_day(month_start) as month_end,
        greatest(month_start, known_from) as known_from
    from month_starts
),

-- The city, and the departments that the catalogue names, where they were valid on the month's last day.
unit_months as (
    select
        '271004' as org_unit_code,
        months.*
    from months
    union all
    select
        org_units.org_unit_code,
        months.*
    from months
    inner join {{ ref('dim_org_units') }} as org_units
        on
            months.month_end >= org_units.valid_from
            and months.month_end <= coalesce(org_units.valid_to, date '9999-12-31')
    where org_units.org_unit_code in (select stock_changes.org_unit_code from stock_changes)
),

changes as (
    select
        org_unit_code,
        month_start,
        month_end,
        known_from,
        0 as change
    from unit_months
    union all
    select
        unit_months.org_unit_code,
        unit_months.month_start,
        unit_months.month_end,
        greatest(unit_months.known_from, stock_changes.known_from, stock_changes.changed_on) as known_from,
        stock_changes.change
    from unit_months
    inner join stock_changes
        on
            unit_months.org_unit_code = stock_changes.org_unit_code
            and unit_months.month_end >= stock_changes.changed_on
),

unit_month_stocks as (
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

city_months as (
    select * from unit_month_stocks
    where org_unit_code = '271004'
),

city_years as (
    {{ years_of_months('city_months') }}
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
    from unit_month_stocks
    union all
    select
        '271004' as org_unit_code,
        'fiscal_year' as period_grain,
        period_start,
        period_end,
        measured_to,
        known_from,
        numerator,
        denominator
    from city_years
),

told_by_now as (
    {{ told_by_now('online_procedures', 'actuals') }}
)

select * from told_by_now
