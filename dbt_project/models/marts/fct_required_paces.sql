with

paces as (
    select * from {{ ref('int_required_paces') }}
)

select * from paces
