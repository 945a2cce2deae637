with

landed_rows as (
    select * from {{ landed_rows('access_log', only_new=true) }}
),

landed_items as (
    select
        item_id,
        known_from
    from {{ ref('stg_night__landed_items') }}
),

stamped as (
    select
        landed_rows.item_id,
        landed_rows._source_row as source_row,
        landed_rows.user_pseudonym,
        lower(trim(landed_rows.event_name)) as event_name,
        {{ utc_stamp('landed_rows.accessed_at') }} as stamped_at,
        landed_items.known_from,
        {{ row_text('access_log') }} as row_text
    from landed_rows
    inner join landed_items on landed_rows.item_id = landed_items.item_id
),

typed as (
    select
        * exclude (stamped_at),
        -- Nine hours more than what lies beyond would be no time that DuckDB knows.
        case when stamped_at between timestamp '0001-01-01' and timestamp '9999-12-31' then stamped_at end as accessed_at
    from stamped
),

judged as (
    select
        item_id,
        source_row,
        user_pseudonym,
        event_name,
        accessed_at,
        -- Japan keeps no summer time: JST is UTC + 9 h all year.
        accessed_at + interval 9 hour as accessed_at_jst,
        row_text,
        list_filter(
            [
                case when accessed_at is null or accessed_at < timestamp '2000-01-01' then 'bad_timestamp' end,
                case when accessed_at + interval 9 hour >= known_from + interval 1 day then 'future_timestamp' end,
                case when user_pseudonym is null then 'missing_user' end,
                case when coalesce(event_name, '') = '' then 'missing_event' end
            ],
            lambda reason: reason is not null
        ) as reason_codes
    from typed
)

select * from judged
