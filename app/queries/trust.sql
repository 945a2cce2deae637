-- One row: how many sources this version rests on, what its audit judged, and how many rows are held back.
with

sources as (
    select count(distinct source_name) as source_count
    from marts.fct_loads
    where is_current
),

last_audits as (
    select arg_max(run_id, audited_at) as run_id
    from marts.fct_audit_results
),

checks as (
    select
        count(*) as check_count,
        count(*) filter (where not audit_results.is_success) as missed_count
    from marts.fct_audit_results as audit_results
    inner join last_audits on audit_results.run_id = last_audits.run_id
),

held_back as (
    select count(*) as held_count
    from marts.fct_quarantined_rows
    where is_current
),

trust as (
    select
        sources.source_count,
        checks.check_count,
        checks.missed_count,
        held_back.held_count
    from sources
    cross join checks
    cross join held_back
)

select * from trust
