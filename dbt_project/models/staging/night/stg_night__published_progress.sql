with

published_progress as (
    select
        indicator_code,
        fiscal_year,
        actual_value,
        target_value,
        target_text,
        status,
        official_rating,
        is_provisional,
        measured_to
    from {{ source('night', 'published_progress') }}
)

select * from published_progress
