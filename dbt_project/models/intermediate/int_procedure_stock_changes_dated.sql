-- What the warehouse learned of the stock of procedures, and when: a delivery adds its changes on the day from which it is known and takes them
-- away when the next one is. What two deliveries say alike cancels, so that a year of nightly deliveries is no longer than their differences.
with

landed_items as (
    select
        item_id,
        known_from,
        known_to
    from {{ ref('stg_night__landed_items') }}
    where source_name = 'procedures' and is_effective
),

stock_changes as (
    select * from {{ ref('int_procedure_stock_changes') }}
),

learned as (
    select
        stock_changes.department_name,
        stock_changes.is_city,
        stock_changes.changed_on,
        landed_items.known_from,
        stock_changes.change
    from stock_changes
    inner join landed_items on stock_changes.item_id = landed_items.item_id
    union all
    select
        stock_changes.department_name,
        stock_changes.is_city,
        stock_changes.changed_on,
        landed_items.known_to as known_from,
        -stock_changes.change as change
    from stock_changes
    inner join landed_items on stock_changes.item_id = landed_items.item_id
    where landed_items.known_to is not null
),

org_units as (
    select
        org_unit_code,
        name_ja
    from {{ ref('dim_org_units') }}
),

dated as (
    select
        case when learned.is_city then '271004' else org_units.org_unit_code end as org_unit_code,
        learned.changed_on,
        learned.known_from,
        cast(sum(learned.change) as bigint) as change
    from learned
    left join org_units on learned.department_name = org_units.name_ja
    where learned.is_city or org_units.org_unit_code is not null
    group by all
    having sum(learned.change) != 0
)

select * from dated
