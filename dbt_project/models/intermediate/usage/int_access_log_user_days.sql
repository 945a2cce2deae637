{{ config(materialized='incremental', incremental_strategy='rows_of_items') }}

-- Only what one landed item determines, so that it never has to be computed again: rosters and
-- departments join afterwards.
with

events as (
    select * from {{ ref('stg_access_log__events') }}
),

user_days as (
    select
        item_id,
        user_pseudonym,
        access_date,
        count(*) as event_count,
        count(*) filter (where is_use) as use_count,
        min(source_row) filter (where is_use) as first_use_row
    from events
    group by item_id, user_pseudonym, access_date
)

select * from user_days
