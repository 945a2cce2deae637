with

contracts as (
    select
        source_name,
        contract_file,
        name_ja,
        name_en,
        owner_ja,
        owner_en,
        delivers_within_days,
        may_be_stale_days,
        is_required
    from {{ source('night', 'contracts') }}
    where owner_ja is not null
)

select * from contracts
