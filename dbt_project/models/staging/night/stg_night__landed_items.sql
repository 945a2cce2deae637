with

landed_items as (
    select * from {{ source('night', 'landed_items') }}
),

dated as (
    select
        item_id,
        source_name,
        item_key,
        origin,
        sha256,
        encoding,
        byte_count,
        contract_version,
        rows_read,
        rows_landed,
        rows_rejected,
        rows_erased,
        notes,
        is_new,
        business_date,
        known_from,
        lead(known_from, 1, {{ no_end() }}) over same_item as known_to,
        landed_at
    from landed_items
    window same_item as (partition by source_name, item_key order by known_from, landed_at)
),

-- Two deliveries of one item on one day: the earlier was never what a passing night showed.
effective as (
    select
        *,
        known_to > known_from as is_effective
    from dated
)

select * from effective
