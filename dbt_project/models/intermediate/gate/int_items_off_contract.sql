-- Items as they stand that are not what their contract says: rejected as a whole (or a sheet of
-- them), or with columns that are new or gone. One row per item and thing to say.
with

rejected as (
    select
        item_id,
        detail as difference,
        true as is_rejected
    from {{ ref('int_quarantined_rows') }}
    where
        disposition = 'rejected'
        and is_current
        and (
            source_row = 0
            or reason_code in ('missing_column', 'ambiguous_column', 'changed_type')
        )
),

noted as (
    select
        item_id,
        contract_notes as difference,
        false as is_rejected
    from {{ ref('int_loads') }}
    where is_current and contract_notes is not null
),

off_contract as (
    select * from rejected
    union all
    select * from noted
),

named as (
    select
        loads.source_name,
        loads.item_key || ': ' || off_contract.difference as difference,
        off_contract.is_rejected
    from off_contract
    inner join {{ ref('int_loads') }} as loads on off_contract.item_id = loads.item_id
)

select * from named
