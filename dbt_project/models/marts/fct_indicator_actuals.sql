with

actuals as (
    select * from {{ ref('int_indicator_actuals') }}
)

select * from actuals
