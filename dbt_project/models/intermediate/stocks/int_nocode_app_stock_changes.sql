{{ config(materialized='incremental', incremental_strategy='rows_of_items') }}

-- By how much the number of tasks with an application begun or in use changed on a day, as one delivery tells it: for each department, and for
-- the city, where a task of several applications counts once, as long as one of them is not retired. An idea (構想) has not begun.
with

records as (
    select * from {{ ref('stg_nocode_apps__records') }}
    {% if is_incremental() %}
    where is_new
    {% endif %}
),

counted_for as (
    select
        item_id,
        department_name,
        task_code,
        false as is_city,
        begins_on,
        retired_on
    from records
    where status != '構想'
    union all
    select
        item_id,
        cast(null as varchar) as department_name,
        task_code,
        true as is_city,
        begins_on,
        retired_on
    from records
    where status != '構想'
),

application_changes as (
    select
        item_id,
        department_name,
        is_city,
        task_code,
        begins_on as changed_on,
        1 as change
    from counted_for
    union all
    select
        item_id,
        department_name,
        is_city,
        task_code,
        retired_on as changed_on,
        -1 as change
    from counted_for
    where retired_on is not null
),

open_applications as (
    select
        item_id,
        department_name,
        is_city,
        task_code,
        changed_on,
        sum(sum(change)) over (partition by item_id, is_city, department_name, task_code order by changed_on) as open_count
    from application_changes
    group by item_id, department_name, is_city, task_code, changed_on
),

followed as (
    select
        *,
        cast(open_count > 0 as integer) as is_open,
        lag(cast(open_count > 0 as integer), 1, 0) over (
            partition by item_id, is_city, department_name, task_code
            order by changed_on
        ) as was_open
    from open_applications
),

-- Every record stands in one row of no change, so that none is lost from the count of rows.
stock_changes as (
    select
        item_id,
        department_name,
        is_city,
        changed_on,
        cast(sum(is_open - was_open) as bigint) as change,
        cast(0 as bigint) as row_count
    from followed
    group by item_id, department_name, is_city, changed_on
    union all
    select
        item_id,
        department_name,
        false as is_city,
        date '2000-01-01' as changed_on,
        cast(0 as bigint) as change,
        count(*) as row_count
    from records
    group by item_id, department_name
)

select * from stock_changes
