with

definitions as (
    select * replace ({{ null_while_open('in_force_to') }} as in_force_to)
    from {{ ref('int_indicators_dated') }}
)

select * from definitions
