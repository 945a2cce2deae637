-- Under which department a department goes on: itself, or the last of those that took over from it under another name.
with recursive

org_units as (
    select
        org_unit_code,
        predecessor_code,
        valid_from
    from {{ ref('dim_org_units') }}
),

chains as (
    select
        org_unit_code,
        org_unit_code as successor_code,
        valid_from as since
    from org_units
    union all
    select
        chains.org_unit_code,
        org_units.org_unit_code as successor_code,
        org_units.valid_from as since
    from chains
    inner join org_units on chains.successor_code = org_units.predecessor_code
),

lineages as (
    select
        org_unit_code,
        arg_max(successor_code, (since, successor_code)) as current_code
    from chains
    group by org_unit_code
)

select * from lineages
