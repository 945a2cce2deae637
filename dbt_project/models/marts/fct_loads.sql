with

loads as (
    select * replace ({{ null_while_open('known_to') }} as known_to)
    from {{ ref('int_loads') }}
)

select * from loads
