with

run_contexts as (
    select
        run_id,
        warehouse_version,
        as_of,
        is_demo,
        started_at
    from {{ source('night', 'run_context') }}
)

select * from run_contexts
