-- One row per landed item that the latest computed figure of an indicator rests on.
with

items as (
    select *
    from marts.fct_receipt_items
    where indicator_code = $indicator_code
    qualify fiscal_year = max(fiscal_year) over ()
    order by rows_counted desc nulls last, source_name asc, item_key asc
)

select * from items
