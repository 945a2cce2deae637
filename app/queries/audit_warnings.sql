-- One row per expectation that did not hold when this version passed its audit.
with

last_audits as (
    select arg_max(run_id, audited_at) as run_id
    from marts.fct_audit_results
),

warnings as (
    select
        audit_results.expectation_name,
        audit_results.message,
        audit_results.observed
    from marts.fct_audit_results as audit_results
    inner join last_audits on audit_results.run_id = last_audits.run_id
    where audit_results.severity = 'warning' and not audit_results.is_success
    order by audit_results.expectation_name
)

select * from warnings
