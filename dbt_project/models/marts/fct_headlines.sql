with

headlines as (
    select * from {{ ref('int_headlines') }}
)

select * from headlines
