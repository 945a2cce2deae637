-- Where each declared correction stands as of the run. It waits for a row or an item that no
-- delivery has had yet: lists grow. Where the row was there before, or holds something else now, its
-- source has mended or moved it.
with

corrections as (
    select * from {{ ref('corrections') }}
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

found as (
    select
        correction_cells.correction_id,
        count(distinct correction_cells.item_id) filter (where correction_cells.is_as_recorded) as corrected_delivery_count,
        coalesce(bool_or(correction_cells.is_as_recorded) filter (where landed_items.known_to = {{ no_end() }}), false) as is_found_now,
        max(correction_cells.found_value) filter (where landed_items.known_to = {{ no_end() }}) as found_value
    from {{ ref('int_correction_cells') }} as correction_cells
    inner join {{ ref('stg_night__landed_items') }} as landed_items on correction_cells.item_id = landed_items.item_id
    group by correction_cells.correction_id
),

judged as (
    select
        corrections.*,
        case
            when corrections.valid_until < run_contexts.as_of then 'expired'
            when found.correction_id is null then 'waiting'
            when found.is_found_now then 'applied'
            else 'not_found'
        end as standing,
        found.found_value,
        coalesce(found.corrected_delivery_count, 0) as corrected_delivery_count
    from corrections
    cross join run_contexts
    left join found on corrections.correction_id = found.correction_id
)

select * from judged
