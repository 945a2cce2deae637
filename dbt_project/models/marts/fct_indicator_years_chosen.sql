with

years_chosen as (
    select * replace ({{ null_while_open('known_to') }} as known_to)
    from {{ ref('int_years_chosen') }}
)

select * from years_chosen
