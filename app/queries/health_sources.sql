-- One row per source, what is late first: when it last delivered, its rhythm and from which day on it is late, and what
-- became of its rows.
with

sources as (
    select
        source_name,
        name_ja,
        name_en,
        owner_ja,
        owner_en,
        delivers_within_days,
        is_required,
        rows_read,
        rows_kept,
        rows_superseded,
        last_business_date,
        last_landed_on,
        late_from,
        rows_quarantined + rows_rejected as rows_held_back
    from marts.fct_source_freshness
    order by late_from asc nulls last, last_landed_on is null desc, source_name
)

select * from sources
