-- Departments that used the environment in a month, of all departments valid on its last day; a department's own month is 0 or 1 of 1. A
-- fiscal year's value is its latest complete month's, in the end March's.
with

months as (
    select * from {{ ref('int_access_log_months') }}
),

denominators as (
    select
        months.month_start,
        months.month_end,
        months.known_from,
        org_units.org_unit_code
    from months
    inner join {{ ref('int_org_unit_lineages') }} as org_units
        on
            months.month_end >= org_units.valid_from
            and months.month_end <= coalesce(org_units.valid_to, date '9999-12-31')
),

stretches as (
    select
        used.*,
        denominators.month_end
    from {{ ref('int_department_months_used') }} as used
    inner join denominators
        on
            used.month_start = denominators.month_start
            and used.org_unit_code = denominators.org_unit_code
),

-- A stretch of known use adds one where it begins and takes one away where it ends; each department starts from nothing when the month does.
changes as (
    select
        org_unit_code,
        month_start,
        month_end,
        known_from,
        0 as change
    from denominators
    union all
    select
        org_unit_code,
        month_start,
        month_end,
        known_from,
        1 as change
    from stretches
    union all
    select
        org_unit_code,
        month_start,
        month_end,
        known_to as known_from,
        -1 as change
    from stretches
    where known_to < date '9999-12-31'
),

department_months as (
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
    select
        '271004' as org_unit_code,
        changes.month_start,
        changes.month_end,
        changes.known_from,
        sum(sum(changes.change)) over (partition by changes.month_start order by changes.known_from) as numerator,
        (
            select count(*)
            from denominators
            where denominators.month_start = changes.month_start
        ) as denominator
    from changes
    group by changes.month_start, changes.month_end, changes.known_from
),

unit_months as (
    select * from department_months
    union all
    select * from city_months
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
    {{ told_by_now('visualisation_usage_rate', 'actuals') }}
)

select * from told_by_now
