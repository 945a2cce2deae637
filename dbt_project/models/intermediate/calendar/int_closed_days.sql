-- The days on which the city's offices are closed: the seed's, and in the years after its last one
-- those that follow from the law, so that no holiday is taken for a working day because nobody has
-- entered it. One row per day.
with

entered_days as (
    select
        closed_date,
        true as is_entered
    from {{ ref('closed_days') }}
),

last_entered as (
    select max(year(closed_date)) as last_year from entered_days
),

years as (
    select cast(unnest(range(last_entered.last_year + 1, year(run_contexts.as_of) + 2)) as integer) as year
    from last_entered
    cross join {{ ref('stg_night__run_contexts') }} as run_contexts
),

lawful_days as (
    {{ public_holidays() }}
),

closed_days as (
    select * from entered_days
    union all
    select
        closed_date,
        false as is_entered
    from lawful_days
)

select * from closed_days
