-- Registers that are news tonight and say again what another one says: copies under a second name
-- (or what they are copies of has been delivered anew), and those with stages of a milestone that
-- another has, too. One row per register.
with

latest as (
    select *
    from {{ ref('int_loads') }}
    qualify row_number() over (partition by source_name, item_key order by known_from desc, landed_at desc) = 1
),

copies as (
    select
        latest.source_name,
        latest.item_key,
        case
            when originals.sha256 = latest.sha256 then 'a copy of ' || latest.copy_of || ', which counts'
            else 'a copy of what ' || latest.copy_of || ' was before it was delivered anew; only that counts'
        end as repeats
    from latest
    inner join latest as originals on latest.source_name = originals.source_name and latest.copy_of = originals.item_key
    where latest.is_new or originals.is_new
),

stages_standing as (
    select
        stages.item_id,
        count(*) over (partition by stages.indicator_code, stages.stage_no) as register_count
    from {{ ref('stg_milestones__stages') }} as stages
    inner join {{ ref('int_items_standing') }} as items_standing on stages.item_id = items_standing.item_id
),

stages_said_again as (
    select
        latest.source_name,
        latest.item_key,
        count(*) || ' of its stages stand in another register, too; the one delivered last counts' as repeats
    from stages_standing
    inner join latest on stages_standing.item_id = latest.item_id
    where stages_standing.register_count > 1 and latest.is_new
    group by latest.source_name, latest.item_key
),

repeated as (
    select * from copies
    union all
    select * from stages_said_again
),

named as (
    select
        source_name,
        item_key || ': ' || repeats as repeats
    from repeated
)

select * from named
