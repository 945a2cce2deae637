with

counted_rows as (
    select * from {{ ref('int_counted_rows_unioned') }}
),

landed_items as (
    select
        item_id,
        source_name,
        item_key
    from {{ ref('stg_night__landed_items') }}
),

named as (
    select
        counted_rows.indicator_code,
        cast(counted_rows.fiscal_year as integer) as fiscal_year,
        counted_rows.part,
        counted_rows.item_id,
        coalesce(landed_items.source_name, 'seeds') as source_name,
        coalesce(landed_items.item_key, split_part(counted_rows.item_id, '/', 2)) as item_key,
        counted_rows.sheet_name,
        counted_rows.what,
        counted_rows.source_row,
        counted_rows.sheet_row,
        cast(counted_rows.counts as decimal(24, 4)) as counts,
        cast(counted_rows.rows_behind as bigint) as rows_behind
    from counted_rows
    left join landed_items on counted_rows.item_id = landed_items.item_id
)

select * from named
