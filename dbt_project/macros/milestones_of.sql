{#- Stages of an indicator that is a milestone, as its register lists them: done on `happened_on`,
    which is null until then, and due on that day or on the one that is planned. Of a stage that
    stands in several registers, the one that came last says how it is; of those that came at once,
    the one of the later day in its name, or else of the larger number in it. -#}
{% macro milestones_of(indicator_code) -%}
    with

    landed_items as (
        {{ effective_items('milestones') }}
    ),

    stages as (
        select
            stages.*,
            landed_items.known_from,
            landed_items.known_to,
            items.business_date,
            list_transform(regexp_extract_all(items.item_key, '[0-9]+'), lambda digits: try_cast(digits as bigint)) as numbers
        from {{ ref('stg_milestones__stages') }} as stages
        inner join landed_items on stages.item_id = landed_items.item_id
        inner join {{ ref('stg_night__landed_items') }} as items on stages.item_id = items.item_id
        where stages.indicator_code = '{{ indicator_code }}'
    ),

    days as (
        select known_from as learned_on from landed_items
        union
        select known_to as learned_on from landed_items
    ),

    spans as (
        select
            learned_on as known_from,
            lead(learned_on, 1, {{ no_end() }}) over (order by learned_on) as known_to
        from days
    ),

    contributions as (
        select
            stages.indicator_code,
            stages.item_id,
            stages.sheet_name,
            cast(stages.stage_no as varchar) as what,
            stages.source_row,
            stages.sheet_row,
            stages.completed_on as happened_on,
            coalesce(stages.completed_on, stages.planned_on) as due_on,
            spans.known_from,
            spans.known_to
        from spans
        inner join stages on {{ known_on('spans.known_from', 'stages') }}
        qualify
            row_number() over (
                partition by stages.stage_no, spans.known_from
                order by stages.known_from desc, stages.business_date desc nulls last, stages.numbers desc, stages.item_id desc
            ) = 1
    )

    select * from contributions
{%- endmacro %}
