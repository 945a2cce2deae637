{{ config(materialized='incremental', incremental_strategy='rows_of_items') }}

-- How many rows of each delivery of the procedure catalogue and of the no-code platform were read,
-- by the department that they name. Of old deliveries nothing is read any more, so that this is
-- what accounts for their rows.
with

staged as (
    select
        item_id,
        department_name,
        is_new
    from {{ ref('stg_procedures__status_changes') }}
    union all
    select
        item_id,
        department_name,
        is_new
    from {{ ref('stg_nocode_apps__records') }}
),

rows_staged as (
    select
        item_id,
        department_name,
        count(*) as row_count
    from staged
    {% if is_incremental() %}
    where is_new
    {% endif %}
    group by item_id, department_name
)

select * from rows_staged
