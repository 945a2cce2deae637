with

audit_results as (
    select
        run_id,
        checkpoint_name,
        suite_name,
        expectation_name,
        severity,
        is_success,
        observed,
        message,
        as_of,
        audited_at
    from {{ source('night', 'audit_results') }}
)

select * from audit_results
