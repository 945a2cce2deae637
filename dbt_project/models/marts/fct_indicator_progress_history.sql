with

history as (
    select * replace ({{ null_while_open('known_to') }} as known_to)
    from {{ ref('int_indicator_progress_history') }}
)

select * from history
