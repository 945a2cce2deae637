with

actuals as (
    select * replace ({{ null_while_open('known_to') }} as known_to)
    from {{ ref('int_indicator_actuals') }}
)

select * from actuals
