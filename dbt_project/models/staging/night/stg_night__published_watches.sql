with

published_watches as (
    select
        watch_code,
        is_reached
    from {{ source('night', 'published_watches') }}
)

select * from published_watches
