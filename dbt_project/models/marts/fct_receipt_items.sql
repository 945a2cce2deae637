with

receipt_items as (
    select * from {{ ref('int_receipt_items') }}
),

loads as (
    select * from {{ ref('int_loads') }}
),

counted_rows as (
    select
        indicator_code,
        fiscal_year,
        item_id,
        count(distinct source_row) as rows_counted
    from {{ ref('int_counted_rows_unioned') }}
    group by indicator_code, fiscal_year, item_id
),

indicators_with_rows as (
    select distinct indicator_code from counted_rows
),

items as (
    select
        receipt_items.indicator_code,
        receipt_items.fiscal_year,
        receipt_items.item_id,
        loads.source_name,
        loads.item_key,
        loads.sha256,
        loads.rows_read,
        loads.rows_landed,
        loads.rows_staged,
        loads.rows_quarantined,
        loads.rows_rejected,
        case when indicators_with_rows.indicator_code is not null then coalesce(counted_rows.rows_counted, 0) end as rows_counted,
        loads.business_date,
        loads.known_from
    from receipt_items
    inner join loads on receipt_items.item_id = loads.item_id
    left join indicators_with_rows on receipt_items.indicator_code = indicators_with_rows.indicator_code
    left join counted_rows
        on
            receipt_items.indicator_code = counted_rows.indicator_code
            and receipt_items.fiscal_year = counted_rows.fiscal_year
            and receipt_items.item_id = counted_rows.item_id
)

select * from items
