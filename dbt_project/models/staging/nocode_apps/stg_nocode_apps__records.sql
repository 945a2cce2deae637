with

records as (
    select
        item_id,
        source_row,
        task_code,
        department_name,
        status,
        is_new,
        begins_on,
        retired_on
    from {{ ref('base_nocode_apps__records') }}
    where len(reason_codes) = 0
)

select * from records
