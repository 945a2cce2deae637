-- The stages of our milestones. One that is held back is a part of its plan all the same, as long as
-- its number can be read: without it a plan would be of fewer stages than it has. Whether it is done
-- nobody knows, so it is not.
with

stages as (
    select
        item_id,
        source_row,
        indicator_code,
        sheet_name,
        cast(sheet_row as bigint) as sheet_row,
        status,
        nullif(evidence_url, '＊＊＊') as evidence_url,
        cast(stage_no as integer) as stage_no,
        is_done and not {{ stage_is_unread('reason_codes') }} as is_done,
        planned_on,
        case when is_done and not {{ stage_is_unread('reason_codes') }} then completed_on end as completed_on,
        len(reason_codes) = 0 as is_whole
    from {{ ref('base_milestones__stages') }}
    where
        indicator_code is not null
        and not list_has_any(reason_codes, ['inexact_stage_no', 'bad_stage_no', 'stage_twice'])
)

select * from stages
