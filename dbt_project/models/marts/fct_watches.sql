with

watches as (
    select * from {{ ref('int_watches') }}
)

select * from watches
