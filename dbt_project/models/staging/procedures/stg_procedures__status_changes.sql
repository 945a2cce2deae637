with

status_changes as (
    select
        item_id,
        source_row,
        procedure_id,
        department_name,
        status,
        is_new,
        changed_on
    from {{ ref('base_procedures__status_changes') }}
    where len(reason_codes) = 0
)

select * from status_changes
