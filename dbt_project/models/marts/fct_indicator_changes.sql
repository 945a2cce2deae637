with

changed as (
    select * from {{ ref('int_indicator_changes') }}
)

select * from changed
