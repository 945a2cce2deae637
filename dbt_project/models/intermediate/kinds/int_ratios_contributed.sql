{{ config(materialized='view') }}

-- What every ratio counts, one line each: things of a month, in its denominator or in its
-- numerator.
with

unioned as (
    select * from {{ ref('int_indicators__visualisation_usage_rate') }}
),

contributions as (
    select * replace (cast(amount as decimal(24, 4)) as amount)
    from unioned
)

select * from contributions
