{{ config(materialized='view') }}

with

usage as (
    select * from {{ ref('int_department_usage') }}
    where standing != 'using'
),

-- Who has begun in the month that goes on need not be asked any more.
begun as (
    select
        usage_months.org_unit_code,
        bool_or(usage_months.is_used) as has_begun
    from {{ ref('int_department_usage_months') }} as usage_months
    inner join usage on usage_months.org_unit_code = usage.org_unit_code
    where usage_months.is_provisional and usage_months.month_start > usage.measured_month
    group by usage_months.org_unit_code
),

org_units as (
    select
        org_unit_code,
        kind
    from {{ ref('int_org_unit_lineages') }}
),

-- How usual it is among departments of the same kind: an example is near.
kinds as (
    select
        org_units.kind,
        count(*) as kind_count,
        count_if(usage.standing = 'using') as kind_using_count
    from {{ ref('int_department_usage') }} as usage
    inner join org_units on usage.org_unit_code = org_units.org_unit_code
    group by org_units.kind
),

departments as (
    select
        usage.org_unit_code,
        usage.standing,
        org_units.kind as org_unit_kind,
        cast(usage.months_used as integer) as months_used,
        cast(date_diff('month', usage.last_used_month, usage.measured_month) as integer) as months_since_use,
        cast(kinds.kind_using_count as integer) as kind_using_count,
        cast(kinds.kind_count as integer) as kind_count,
        coalesce(begun.has_begun, false) as has_begun,
        usage.last_used_month,
        usage.measured_month
    from usage
    inner join org_units on usage.org_unit_code = org_units.org_unit_code
    inner join kinds on org_units.kind = kinds.kind
    left join begun on usage.org_unit_code = begun.org_unit_code
),

ordered as (
    select
        org_unit_code,
        standing,
        org_unit_kind,
        cast(
            row_number() over (
                order by
                    has_begun asc,
                    months_since_use asc nulls last,
                    months_used desc,
                    kind_using_count / kind_count desc,
                    org_unit_code asc
            ) as integer
        ) as ask_order,
        months_used,
        months_since_use,
        kind_using_count,
        kind_count,
        has_begun,
        last_used_month,
        measured_month
    from departments
)

select * from ordered
