with

progress as (
    select * from {{ ref('int_indicator_progress') }}
)

select * from progress
