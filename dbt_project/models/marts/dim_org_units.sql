with

org_units as (
    select * from {{ ref('int_org_unit_lineages') }}
)

select * from org_units
