-- The definition of each indicator that is in force on the warehouse's own date, else the nearest
-- one: a definition that is not in force yet, or no longer, still explains the figures there are.
-- One row per indicator.
with

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

in_force as (
    select
        definitions.*,
        coalesce(definitions.valid_to < run_contexts.as_of, false) as is_ended
    from {{ ref('int_indicators_dated') }} as definitions
    inner join run_contexts
        on
            definitions.in_force_from <= run_contexts.as_of
            and definitions.in_force_to > run_contexts.as_of
),

shown as (
    select * exclude (in_force_from, in_force_to)
    from in_force
)

select * from shown
