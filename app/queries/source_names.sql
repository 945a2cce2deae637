-- One row per source: what it is called, as its contract says.
with

sources as (
    select
        source_name,
        name_ja,
        name_en
    from marts.fct_source_freshness
    order by source_name
)

select * from sources
