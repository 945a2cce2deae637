{{ config(materialized='view') }}

-- Tasks with a no-code application begun or in use: each application is open from its beginning
-- until it is retired; for each department, and for the city, where a task of several applications
-- counts once. An idea (構想) has not begun.
with

records as (
    select * from {{ ref('stg_nocode_apps__records') }}
    where status != '構想'
),

counted_for as (
    select
        *,
        false as is_city
    from records
    union all
    select
        * replace (cast(null as varchar) as department_name),
        true as is_city
    from records
),

contributions as (
    select
        'nocode_applications' as indicator_code,
        item_id,
        department_name,
        task_code as thing,
        task_code as what,
        source_row,
        1 as amount,
        cast(1 as bigint) as rows_behind,
        is_city,
        begins_on as open_from,
        coalesce(retired_on, {{ no_end() }}) as open_to
    from counted_for
)

select * from contributions
