{{ config(materialized='view') }}

-- What every stock counts, one line each, as tonight's deliveries and those that stand report it:
-- things that are open from a day until another.
with

unioned as (
    select * from {{ ref('int_indicators__nocode_applications') }}
    union all by name
    select * from {{ ref('int_indicators__online_procedures') }}
),

contributions as (
    select * replace (cast(amount as decimal(24, 4)) as amount)
    from unioned
)

select * from contributions
