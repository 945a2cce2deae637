-- One row per expectation that did not hold when this version passed its audit.
with

last_audits as (
    select arg_max(run_id, audited_at) as run_id
    from marts.fct_audit_results
),

warnings as (
    select
        audit_results.expectation_name,
        audit_results.observed,
        gate_rules.message_ja,
        gate_rules.message_en,
        gate_rules.advice_ja,
        gate_rules.advice_en,
        gate_rules.owner_ja,
        gate_rules.owner_en
    from marts.fct_audit_results as audit_results
    inner join last_audits on audit_results.run_id = last_audits.run_id
    left join marts.dim_gate_rules as gate_rules on audit_results.expectation_name = gate_rules.rule_code
    where not audit_results.is_success
    order by audit_results.expectation_name
)

select * from warnings
