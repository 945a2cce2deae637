with

receipts as (
    select * from {{ ref('int_indicator_receipts') }}
)

select * from receipts
