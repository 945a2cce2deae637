-- What the warehouse learned of every stock, and when: a delivery adds its changes on the day from
-- which it is known and takes them away when the next one is. What two deliveries say alike
-- cancels, so that a year of nightly deliveries is no longer than their differences.
with

landed_items as (
    select
        item_id,
        known_from,
        known_to
    from {{ ref('stg_night__landed_items') }}
    where is_effective
),

stock_changes as (
    select * from {{ ref('int_stock_changes') }}
),

learned as (
    select
        stock_changes.indicator_code,
        stock_changes.department_name,
        stock_changes.is_city,
        stock_changes.changed_on,
        landed_items.known_from,
        stock_changes.change
    from stock_changes
    inner join landed_items on stock_changes.item_id = landed_items.item_id
    union all
    select
        stock_changes.indicator_code,
        stock_changes.department_name,
        stock_changes.is_city,
        stock_changes.changed_on,
        landed_items.known_to as known_from,
        -stock_changes.change as change
    from stock_changes
    inner join landed_items on stock_changes.item_id = landed_items.item_id
    where landed_items.known_to < {{ no_end() }}
),

-- A name that a later department took again stands for that one from its first day on.
org_units as (
    select
        org_unit_code,
        name_ja,
        case when lag(valid_from) over same_name is null then date '0001-01-01' else valid_from end as named_from,
        coalesce(lead(valid_from) over same_name - 1, {{ no_end() }}) as named_to
    from {{ ref('int_org_unit_lineages') }}
    window same_name as (partition by name_ja order by valid_from)
),

dated as (
    select
        learned.indicator_code,
        case when learned.is_city then {{ city_code() }} else org_units.org_unit_code end as org_unit_code,
        learned.changed_on,
        learned.known_from,
        cast(sum(learned.change) as decimal(24, 4)) as change
    from learned
    left join org_units
        on
            learned.department_name = org_units.name_ja
            and learned.changed_on between org_units.named_from and org_units.named_to
    where learned.is_city or org_units.org_unit_code is not null
    group by all
    having sum(learned.change) != 0
)

select * from dated
