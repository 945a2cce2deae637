with

usage as (
    select * from {{ ref('int_department_usage') }}
)

select * from usage
