-- Departments as the standing items of a source name them, beside the roster. One row per source
-- and name, null for rows without a department.
with

landed_items as (
    select
        item_id,
        source_name,
        item_key
    from {{ ref('stg_night__landed_items') }}
    where is_effective and known_to = {{ no_end() }}
),

org_units as (
    select distinct name_ja from {{ ref('org_units') }}
),

named as (
    select
        item_id,
        department_name,
        row_count
    from {{ ref('int_catalogue_rows_staged') }}
    union all
    select
        item_id,
        department_name,
        1 as row_count
    from {{ ref('stg_training_rosters__attendances') }}
    union all
    select
        item_id,
        department_name,
        1 as row_count
    from {{ ref('stg_specialists__hires') }}
),

departments as (
    select
        landed_items.source_name,
        landed_items.item_key,
        named.department_name,
        org_units.name_ja is not null as is_known,
        cast(sum(named.row_count) as bigint) as row_count
    from named
    inner join landed_items on named.item_id = landed_items.item_id
    left join org_units on named.department_name = org_units.name_ja
    group by all
)

select * from departments
