-- Registers that are news tonight and say again what another one says: copies under a second name,
-- those whose original has changed, so that both count, and those with stages of a milestone that
-- another has, too. One row per register.
with

loads as (
    select loads.*
    from {{ ref('int_loads') }} as loads
    inner join {{ ref('stg_night__run_contexts') }} as run_contexts on {{ known_on('run_contexts.as_of', 'loads') }}
),

copies as (
    select
        source_name,
        item_key,
        true as is_copy,
        'a copy of ' || copy_of || ', which counts' as repeats
    from loads
    where copy_of is not null and not is_current and is_new
),

days_of_news as (
    select distinct
        source_name,
        known_from
    from loads
    where is_new
),

parted as (
    select
        loads.source_name,
        loads.item_key,
        false as is_copy,
        'was a copy of ' || loads.copy_of || ', which has changed: both count' as repeats
    from loads
    inner join days_of_news on loads.source_name = days_of_news.source_name and loads.counted_from = days_of_news.known_from
    where loads.copy_of is not null and loads.is_current
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
        loads.source_name,
        loads.item_key,
        true as is_copy,
        count(*) || ' of its stages stand in another register, too; what came last counts' as repeats
    from stages_standing
    inner join loads on stages_standing.item_id = loads.item_id
    where stages_standing.register_count > 1 and loads.is_new
    group by loads.source_name, loads.item_key
),

repeated as (
    select * from copies
    union all
    select * from parted
    union all
    select * from stages_said_again
),

named as (
    select
        source_name,
        item_key || ': ' || repeats as repeats,
        is_copy
    from repeated
)

select * from named
