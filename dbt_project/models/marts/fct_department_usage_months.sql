with

usage_months as (
    select * from {{ ref('int_department_usage_months') }}
)

select * from usage_months
