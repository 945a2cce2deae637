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
    select
        corrections.*,
        sources.name_ja as source_ja,
        sources.name_en as source_en
    from marts.fct_corrections as corrections
    inner join items
        on
            corrections.source_name = items.source_name
            and corrections.item_key = items.item_key
    left join marts.fct_source_freshness as sources on corrections.source_name = sources.source_name
    where corrections.standing = 'applied'
    order by corrections.declared_on, corrections.correction_id
)

select * from corrections
