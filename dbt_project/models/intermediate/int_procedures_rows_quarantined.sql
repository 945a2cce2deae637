{{ config(materialized='incremental', incremental_strategy='append') }}

with

rows_quarantined as (
    select
        item_id,
        source_row,
        reason_codes[1] as reason_code
    from {{ ref('base_procedures__status_changes') }}
    where len(reason_codes) > 0
)

select * from rows_quarantined
