with

freshness as (
    select * from {{ ref('int_source_freshness') }}
)

select * from freshness
