{{ config(materialized='view') }}

-- What stands of the progress of each indicator and fiscal year. One row per indicator and fiscal
-- year of which there is something to show.
with

progress as (
    select * exclude (known_from, known_to, is_defined, is_shown)
    from {{ ref('int_indicator_progress_history') }}
    where known_to = {{ no_end() }} and is_shown
)

select * from progress
