with

landed_items as (
    select * from {{ source('night', 'landed_items') }}
),

dated as (
    select
        *,
        lead(known_from, 1, {{ no_end() }}) over same_item as known_to
    from landed_items
    window same_item as (partition by source_name, item_key order by known_from, landed_at)
),

-- Files of a register that hold the same counts once, as long as they do: as the one that came
-- first, of those that came at once as the one of the shorter name, for `(1)` and the like make it
-- longer. A copy counts by itself from the day on which the last of those before it has changed.
copies as (
    select
        copy.item_id,
        arg_min(original.item_key, (original.known_from, length(original.item_key), original.item_key)) as copy_of,
        max(original.known_to) as counted_from
    from dated as copy
    inner join dated as original
        on
            copy.source_name = original.source_name
            and copy.sha256 = original.sha256
            and copy.item_key != original.item_key
            and copy.known_from < original.known_to
            and row(copy.known_from, length(copy.item_key), copy.item_key)
            > row(original.known_from, length(original.item_key), original.item_key)
    where copy.is_register and copy.rows_landed > 0 and original.rows_landed > 0 and original.known_to > original.known_from
    group by copy.item_id
),

-- Of two deliveries of one item on one day the earlier was never what a passing night showed.
effective as (
    select
        dated.item_id,
        dated.source_name,
        dated.item_key,
        copies.copy_of,
        dated.origin,
        dated.sha256,
        dated.encoding,
        dated.byte_count,
        dated.contract_version,
        dated.rows_read,
        dated.rows_landed,
        dated.rows_rejected,
        dated.rows_erased,
        dated.notes,
        dated.is_new,
        dated.business_date,
        dated.known_from,
        dated.known_to,
        coalesce(copies.counted_from, dated.known_from) as counted_from,
        dated.known_to > coalesce(copies.counted_from, dated.known_from) as is_effective,
        dated.landed_at
    from dated
    left join copies on dated.item_id = copies.item_id
)

select * from effective
