with

hires as (
    select
        item_id,
        source_row,
        sheet_name,
        cast(sheet_row as bigint) as sheet_row,
        department_name,
        -- Null is not decided yet; 0 is nobody.
        cast(hire_count as integer) as hire_count,
        hired_on
    from {{ ref('base_specialists__hires') }}
    where len(reason_codes) = 0
)

select * from hires
