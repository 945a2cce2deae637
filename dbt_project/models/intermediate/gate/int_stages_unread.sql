-- Stages of our milestones that stand in a register and of which nobody can tell whether they are
-- done. One row per stage.
with

stages as (
    select
        items_standing.item_key,
        stages.sheet_name,
        coalesce(stages.sheet_row, cast(stages.source_row as varchar)) as row_number
    from {{ ref('base_milestones__stages') }} as stages
    inner join {{ ref('int_items_standing') }} as items_standing on stages.item_id = items_standing.item_id
    where
        stages.indicator_code is not null
        and {{ stage_is_unread('stages.reason_codes') }}
        and not list_contains(stages.reason_codes, 'stage_twice')
),

unread as (
    select
        concat_ws(', ', item_key, sheet_name, 'row ' || row_number) as stage,
        false as is_read
    from stages
)

select * from unread
