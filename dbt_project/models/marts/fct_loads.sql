with

loads as (
    select * from {{ ref('int_loads') }}
)

select * from loads
