-- How long each source that delivers regularly has been silent, and how long it may be. One row per
-- such source that ever delivered.
with

freshness as (
    select * from {{ ref('int_source_freshness') }}
),

silences as (
    select
        source_name,
        delivers_within_days as allowed_days,
        silent_days,
        last_landed_on
    from freshness
    where delivers_within_days is not null and last_landed_on is not null
)

select * from silences
