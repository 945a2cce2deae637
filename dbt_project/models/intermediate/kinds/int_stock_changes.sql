{{ config(materialized='incremental', incremental_strategy='items_read') }}

-- By how much every stock changed on a day, as one delivery reports it: for each department, and
-- for the city. A thing is open as long as one of its rows is. Only what one landed item
-- determines, so that what is not read tonight stays as it is.
with

contributions as (
    select * replace (case when not is_city then department_name end as department_name)
    from {{ ref('int_stocks_contributed') }}
),

row_changes as (
    select
        indicator_code,
        item_id,
        department_name,
        thing,
        is_city,
        amount,
        open_from as changed_on,
        1 as change
    from contributions
    union all
    select
        indicator_code,
        item_id,
        department_name,
        thing,
        is_city,
        amount,
        open_to as changed_on,
        -1 as change
    from contributions
    where open_to < {{ no_end() }}
),

things as (
    select
        indicator_code,
        item_id,
        department_name,
        thing,
        is_city,
        changed_on,
        max(amount) as amount,
        sum(sum(change)) over (partition by indicator_code, item_id, is_city, department_name, thing order by changed_on) as open_count
    from row_changes
    group by indicator_code, item_id, department_name, thing, is_city, changed_on
),

followed as (
    select
        *,
        cast(open_count > 0 as integer) as is_open,
        lag(cast(open_count > 0 as integer), 1, 0) over (
            partition by indicator_code, item_id, is_city, department_name, thing
            order by changed_on
        ) as was_open
    from things
),

stock_changes as (
    select
        indicator_code,
        item_id,
        department_name,
        is_city,
        changed_on,
        cast(sum((is_open - was_open) * amount) as decimal(24, 4)) as change
    from followed
    group by indicator_code, item_id, department_name, is_city, changed_on
)

select * from stock_changes
