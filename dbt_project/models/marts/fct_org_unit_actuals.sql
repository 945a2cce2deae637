with

actuals as (
    select * from {{ ref('int_org_unit_actuals') }}
)

select * from actuals
