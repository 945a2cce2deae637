with

attendances as (
    select
        item_id,
        source_row,
        user_pseudonym,
        department_name,
        sheet_name,
        cast(sheet_row as bigint) as sheet_row,
        attendance != '欠席' as has_attended,
        attended_on
    from {{ ref('base_training_rosters__attendances') }}
    where len(reason_codes) = 0
)

select * from attendances
