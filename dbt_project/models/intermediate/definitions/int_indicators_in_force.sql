-- The definition of each indicator that is in force on the warehouse's own date, else the nearest one: a definition that is not in force yet, or
-- no longer, still explains the figures there are. One row per indicator.
with

indicators as (
    select * from {{ ref('indicators') }}
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

in_force as (
    select indicators.*
    from indicators
    cross join run_contexts
    qualify
        row_number() over (
            partition by indicators.indicator_code
            order by indicators.valid_from <= run_contexts.as_of desc, abs(date_diff('day', indicators.valid_from, run_contexts.as_of))
        ) = 1
)

select * from in_force
