{{ config(materialized='incremental', incremental_strategy='rows_of_items') }}

-- By how much the number of open procedures changed on a day, as one delivery of the catalogue tells it: for each department, and for the
-- city, where a procedure of several departments counts once. Only what one landed item determines, so that it never has to be computed again.
with

status_changes as (
    select * from {{ ref('stg_procedures__status_changes') }}
    {% if is_incremental() %}
    where is_new
    {% endif %}
),

counted_for as (
    select
        item_id,
        department_name,
        procedure_id,
        status,
        changed_on,
        false as is_city,
        count(*) as row_count
    from status_changes
    group by all
    union all
    select distinct
        item_id,
        cast(null as varchar) as department_name,
        procedure_id,
        status,
        changed_on,
        true as is_city,
        0 as row_count
    from status_changes
),

-- Of changes on one day the one that leaves the procedure open stands last.
followed as (
    select
        *,
        cast(status != 'retired' as integer) as is_open,
        lag(cast(status != 'retired' as integer), 1, 0) over (
            partition by item_id, is_city, department_name, procedure_id
            order by changed_on, list_position(['registered', 'retired', 'reopened'], status)
        ) as was_open
    from counted_for
),

stock_changes as (
    select
        item_id,
        department_name,
        is_city,
        changed_on,
        cast(sum(is_open - was_open) as bigint) as change,
        cast(sum(row_count) as bigint) as row_count
    from followed
    group by item_id, department_name, is_city, changed_on
)

select * from stock_changes
