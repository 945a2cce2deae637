with

published_progress as (
    select
        indicator_code,
        fiscal_year,
        actual_value,
        is_provisional
    from {{ source('night', 'published_progress') }}
)

select * from published_progress
