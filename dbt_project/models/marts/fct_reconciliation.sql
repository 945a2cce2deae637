with

reconciled as (
    select * from {{ ref('int_reconciliation') }}
)

select * from reconciled
