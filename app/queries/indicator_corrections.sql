-- One row per declared correction of a landed item that an indicator's figures are counted from.
with

items as (
    select distinct
        source_name,
        item_key
    from marts.fct_receipt_items
    where indicator_code = $indicator_code
),

corrections as (
    select corrections.*
    from marts.fct_corrections as corrections
    inner join items
        on
            corrections.source_name = items.source_name
            and corrections.item_key = items.item_key
    where corrections.standing = 'applied'
    order by corrections.declared_on, corrections.correction_id
)

select * from corrections
