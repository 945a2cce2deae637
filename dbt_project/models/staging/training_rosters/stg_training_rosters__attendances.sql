with

attendances as (
    select
        item_id,
        source_row,
        user_pseudonym,
        department_name,
        attendance != '欠席' as has_attended,
        attended_on
    from {{ ref('base_training_rosters__attendances') }}
    where len(reason_codes) = 0
)

select * from attendances
