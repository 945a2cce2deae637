-- One row: how many sources this version rests on, what its audit judged, how many rows are held
-- back, and when it is late: after how many hours without an update, and from which day on each source
-- that delivers nothing until then.
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

rhythms as (
    select coalesce(list(late_from order by source_name), []) as sources_late_from
    from marts.fct_source_freshness
    where late_from is not null
),

policies as (
    select policy_value as updated_within_hours
    from marts.dim_policies
    where policy_code = 'updated_within_hours'
),

trust as (
    select
        sources.source_count,
        checks.check_count,
        checks.missed_count,
        held_back.held_count,
        policies.updated_within_hours,
        rhythms.sources_late_from
    from sources
    cross join checks
    cross join held_back
    cross join rhythms
    cross join policies
)

select * from trust
