-- How long each source that delivers regularly has been silent, and how long it may be. One row per such source that ever delivered.
with

loads as (
    select * from {{ ref('int_loads') }}
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

allowances as (
    select
        source_name,
        delivers_within_days as allowed_days
    from {{ ref('stg_night__contracts') }}
    where delivers_within_days is not null
),

silences as (
    select
        allowances.source_name,
        allowances.allowed_days,
        max(loads.known_from) as last_landed_on,
        date_diff('day', max(loads.known_from), any_value(run_contexts.as_of)) as silent_days
    from loads
    inner join allowances on loads.source_name = allowances.source_name
    cross join run_contexts
    group by all
)

select * from silences
