with

loads as (
    select * exclude (counted_from) replace ({{ null_while_open('known_to') }} as known_to)
    from {{ ref('int_loads') }}
)

select * from loads
