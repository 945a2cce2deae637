with

events as (
    select
        item_id,
        source_row,
        user_pseudonym,
        event_name,
        event_name in ('view', 'export') as is_use,
        cast(accessed_at_jst as date) as access_date,
        accessed_at
    from {{ ref('base_access_log__events') }}
    where len(reason_codes) = 0
)

select * from events
