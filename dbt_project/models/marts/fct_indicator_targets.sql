with

targets as (
    select
        * exclude (met_as_written_from, missed_as_written_from, met_with_tolerance_from)
        replace ({{ null_while_open('effective_to') }} as effective_to)
    from {{ ref('int_indicator_targets_dated') }}
)

select * from targets
