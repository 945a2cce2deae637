-- Departments as the standing catalogue names them. One row per name, null for procedures without a department.
with

landed_items as (
    select
        item_id,
        item_key
    from {{ ref('stg_night__landed_items') }}
    where source_name = 'procedures' and known_to is null
),

org_units as (
    select distinct name_ja from {{ ref('org_units') }}
),

departments as (
    select
        landed_items.item_key,
        stock_changes.department_name,
        org_units.name_ja is not null as is_known,
        cast(sum(stock_changes.row_count) as bigint) as row_count
    from {{ ref('int_procedure_stock_changes') }} as stock_changes
    inner join landed_items on stock_changes.item_id = landed_items.item_id
    left join org_units on stock_changes.department_name = org_units.name_ja
    where not stock_changes.is_city
    group by all
)

select * from departments
