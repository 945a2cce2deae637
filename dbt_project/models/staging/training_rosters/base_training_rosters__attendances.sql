with

landed_rows as (
    select * from {{ landed_rows('training_rosters') }}
),

landed_items as (
    select
        item_id,
        known_from
    from {{ ref('stg_night__landed_items') }}
),

typed as (
    select
        landed_rows.item_id,
        landed_rows._source_row as source_row,
        landed_rows.user_pseudonym,
        nullif(trim(landed_rows.department_name), '') as department_name,
        landed_rows.sheet_name,
        landed_rows.sheet_row,
        trim(landed_rows.attendance) as attendance,
        cast(landed_rows.attended_on as date) as attended_on,
        landed_items.known_from,
        {{ row_text('training_rosters') }} as row_text
    from landed_rows
    inner join landed_items on landed_rows.item_id = landed_items.item_id
),

judged as (
    select
        item_id,
        source_row,
        user_pseudonym,
        department_name,
        sheet_name,
        sheet_row,
        attendance,
        attended_on,
        row_text,
        list_filter(
            [
                case when user_pseudonym is null then 'missing_user' end,
                case when not {{ is_of_these_years('attended_on') }} then 'bad_attended_on' end,
                case when attended_on > known_from then 'future_attended_on' end,
                case when coalesce(attendance, '') not in ('出席', '遅刻', '早退', '欠席') then 'unknown_attendance' end
            ],
            lambda reason: reason is not null
        ) as reason_codes
    from typed
)

select * from judged
