with

results as (
    select * replace ({{ null_while_open('known_to') }} as known_to)
    from {{ ref('int_official_results_dated') }}
)

select * from results
