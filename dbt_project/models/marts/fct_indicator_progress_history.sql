with

history as (
    select * exclude (is_shown)
    from {{ ref('int_indicator_progress_history') }}
)

select * from history
