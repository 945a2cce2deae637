with

indicators as (
    select * from {{ ref('int_indicators_in_force') }}
)

select * from indicators
