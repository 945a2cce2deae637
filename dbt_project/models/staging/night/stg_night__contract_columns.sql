with

contract_columns as (
    select
        source_name,
        column_name,
        heading,
        kind,
        is_personal
    from {{ source('night', 'contract_columns') }}
)

select * from contract_columns
