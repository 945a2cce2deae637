{#- Stages of an indicator that is a milestone, as its register lists them: done on `happened_on`,
    which is null until then, and due on that day or on the one that is planned. -#}
{% macro milestones_of(indicator_code) -%}
    with

    landed_items as (
        {{ effective_items('milestones') }}
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
            landed_items.known_from,
            landed_items.known_to
        from {{ ref('stg_milestones__stages') }} as stages
        inner join landed_items on stages.item_id = landed_items.item_id
        where stages.indicator_code = '{{ indicator_code }}'
    )

    select * from contributions
{%- endmacro %}
