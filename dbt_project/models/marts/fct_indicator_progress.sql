with

progress as (
    select * exclude (known_from, known_to, is_defined)
    from {{ ref('fct_indicator_progress_history') }}
    where
        known_to is null
        and (is_defined or actual_text is not null or actual_value is not null or target_text is not null or official_rating is not null)
)

select * from progress
