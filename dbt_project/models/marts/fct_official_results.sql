with

results as (
    select * from {{ ref('int_official_results_dated') }}
)

select * from results
