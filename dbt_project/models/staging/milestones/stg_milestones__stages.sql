with

stages as (
    select
        item_id,
        source_row,
        indicator_code,
        sheet_name,
        cast(sheet_row as bigint) as sheet_row,
        status,
        evidence_url,
        cast(stage_no as integer) as stage_no,
        is_done,
        planned_on,
        case when is_done then completed_on end as completed_on
    from {{ ref('base_milestones__stages') }}
    where len(reason_codes) = 0
)

select * from stages
