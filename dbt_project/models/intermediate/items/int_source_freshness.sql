-- When each source last delivered something new, how long it has been silent, and what became of
-- all its rows. One row per source, also of one that never delivered.
with

contracts as (
    select * from {{ ref('stg_night__contracts') }}
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

totals as (
    select
        source_name,
        count(*) as item_count,
        sum(rows_read) as rows_read,
        sum(rows_staged) - sum(rows_superseded) as rows_kept,
        sum(rows_quarantined) as rows_quarantined,
        sum(rows_rejected) as rows_rejected,
        sum(rows_superseded) as rows_superseded,
        max(business_date) as last_business_date,
        max(known_from) as last_landed_on
    from {{ ref('int_loads') }}
    group by source_name
),

freshness as (
    select
        contracts.source_name,
        contracts.name_ja,
        contracts.name_en,
        contracts.owner_ja,
        contracts.owner_en,
        contracts.delivers_within_days,
        contracts.may_be_stale_days,
        contracts.is_required,
        coalesce(totals.item_count, 0) as item_count,
        cast(coalesce(totals.rows_read, 0) as bigint) as rows_read,
        cast(coalesce(totals.rows_kept, 0) as bigint) as rows_kept,
        cast(coalesce(totals.rows_quarantined, 0) as bigint) as rows_quarantined,
        cast(coalesce(totals.rows_rejected, 0) as bigint) as rows_rejected,
        cast(coalesce(totals.rows_superseded, 0) as bigint) as rows_superseded,
        cast(date_diff('day', totals.last_landed_on, run_contexts.as_of) as integer) as silent_days,
        cast(totals.last_landed_on + contracts.delivers_within_days + 1 as date) as late_from,
        coalesce(late_from <= run_contexts.as_of, false) as is_overdue,
        totals.last_business_date,
        totals.last_landed_on
    from contracts
    cross join run_contexts
    left join totals on contracts.source_name = totals.source_name
)

select * from freshness
