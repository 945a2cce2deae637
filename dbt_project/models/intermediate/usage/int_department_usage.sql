with

usage_months as (
    select * from {{ ref('int_department_usage_months') }}
    where not is_provisional
),

latest as (
    select max(month_start) as month_start
    from usage_months
),

departments as (
    select
        usage_months.org_unit_code,
        bool_or(usage_months.is_used and usage_months.month_start = latest.month_start) as is_using,
        bool_or(usage_months.month_start = latest.month_start) as is_valid,
        count(*) filter (where usage_months.is_used) as months_used,
        min(usage_months.month_start) filter (where usage_months.is_used) as first_used_month,
        max(usage_months.month_start) filter (where usage_months.is_used) as last_used_month,
        any_value(latest.month_start) as measured_month
    from usage_months
    cross join latest
    group by usage_months.org_unit_code
),

usage as (
    select
        org_unit_code,
        case
            when is_using then 'using'
            when months_used > 0 then 'left'
            else 'never'
        end as standing,
        months_used,
        first_used_month,
        last_used_month,
        measured_month
    from departments
    where is_valid
)

select * from usage
