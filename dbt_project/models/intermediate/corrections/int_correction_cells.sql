{{ config(materialized='incremental', incremental_strategy='rows_of_items') }}

-- What each delivery holds in the cell that a correction names, and whether it is what the
-- correction was declared against.
with

cells as (
    select * from {{ ref('base_corrections__cells') }}
),

corrections as (
    select * from {{ ref('corrections') }}
),

compared as (
    select
        cells.correction_id,
        cells.item_id,
        cells.found_value,
        coalesce(cells.found_value, '') = coalesce(corrections.recorded_value, '') as is_as_recorded
    from cells
    inner join corrections on cells.correction_id = corrections.correction_id
)

select * from compared
