with

ordered as (
    select * from {{ ref('int_departments_to_ask') }}
)

select * from ordered
