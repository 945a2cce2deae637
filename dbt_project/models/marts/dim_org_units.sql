with

org_units as (
    select
        org_unit_code,
        predecessor_code,
        name_ja,
        name_en,
        kind,
        evidence,
        is_simulated,
        valid_from,
        valid_to
    from {{ ref('org_units') }}
)

select * from org_units
