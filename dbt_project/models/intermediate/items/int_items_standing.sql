-- The deliveries that stand on the warehouse's own date. What a refused night has landed later does
-- not stand yet. One row per item that is there.
with

landed_items as (
    select * from {{ ref('stg_night__landed_items') }}
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

standing as (
    select
        landed_items.item_id,
        landed_items.source_name,
        landed_items.item_key
    from landed_items
    inner join run_contexts
        on landed_items.counted_from <= run_contexts.as_of and landed_items.known_to > run_contexts.as_of
)

select * from standing
