-- Stages of our milestones that stand in a register and cannot be read as they should be: without
-- them a plan would be of fewer stages than it has. One row per stage.
with

unread as (
    select
        item_key || ', row ' || source_row || ': ' || reason_en as stage,
        false as is_read
    from {{ ref('int_quarantined_rows') }}
    where
        source_name = 'milestones'
        and is_current
        and disposition = 'quarantined'
        and reason_code not in ('unknown_wording', 'stage_twice')
)

select * from unread
