with

lineages as (
    select * from {{ ref('int_org_unit_lineages') }}
),

org_units as (
    select
        org_units.org_unit_code,
        org_units.predecessor_code,
        lineages.successor_code,
        lineages.current_code,
        org_units.name_ja,
        org_units.name_en,
        org_units.kind,
        org_units.evidence,
        org_units.is_simulated,
        org_units.valid_from,
        org_units.valid_to
    from {{ ref('org_units') }} as org_units
    inner join lineages on org_units.org_unit_code = lineages.org_unit_code
)

select * from org_units
