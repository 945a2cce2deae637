{{ config(materialized='view') }}

-- What every flow counts, one line each. A thing counts once in a period where is_counted_once,
-- else amounts are added up.
with

unioned as (
    select * from {{ ref('int_indicators__specialists_hired') }}
    union all by name
    select * from {{ ref('int_indicators__training_participants') }}
),

contributions as (
    select * replace (cast(amount as decimal(24, 4)) as amount)
    from unioned
)

select * from contributions
