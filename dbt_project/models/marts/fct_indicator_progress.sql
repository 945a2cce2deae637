with

progress as (
    select * exclude (known_from, known_to, is_defined, is_shown)
    from {{ ref('int_indicator_progress_history') }}
    where known_to is null and is_shown
)

select * from progress
