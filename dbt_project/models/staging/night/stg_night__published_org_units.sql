with

published_org_units as (
    select
        org_unit_code,
        name_ja,
        name_en
    from {{ source('night', 'published_org_units') }}
)

select * from published_org_units
