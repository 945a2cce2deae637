with

landed_items as (
    select * from {{ source('night', 'landed_items') }}
),

-- A file of a register that is there again under another name is the same register, and counts
-- once, as what it was first called; also when that has been delivered anew since then. Of two that
-- came at once, `(1)` and the like make the longer name.
named as (
    select
        *,
        first_value(item_key) over (partition by source_name, sha256 order by known_from, length(item_key), item_key) as first_item_key,
        case when is_register and rows_read > 0 and item_key != first_item_key then first_item_key end as copy_of
    from landed_items
),

dated as (
    select
        item_id,
        source_name,
        item_key,
        copy_of,
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
        case when copy_of is null then lead(known_from, 1, {{ no_end() }}) over same_item else known_from end as known_to,
        landed_at
    from named
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
