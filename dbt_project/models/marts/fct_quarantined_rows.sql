with

quarantined_rows as (
    select * from {{ ref('int_quarantined_rows') }}
)

select * from quarantined_rows
