-- One row per landed item that the latest computed figure of an indicator rests on.
with

items as (
    select
        receipt_items.*,
        sources.name_ja as source_ja,
        sources.name_en as source_en
    from marts.fct_receipt_items as receipt_items
    left join marts.fct_source_freshness as sources on receipt_items.source_name = sources.source_name
    where receipt_items.indicator_code = $indicator_code
    qualify receipt_items.fiscal_year = max(receipt_items.fiscal_year) over ()
    order by receipt_items.rows_counted desc nulls last, receipt_items.source_name asc, receipt_items.item_key asc
)

select * from items
