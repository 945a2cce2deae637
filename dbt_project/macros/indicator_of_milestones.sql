{#- An indicator that is a milestone: stages of its plan that are done by the end of a fiscal year, of all stages that the register plans. Its years
    go from the first that plans or completes a stage to that in which the last stage is done, or to the present one. -#}
{% macro indicator_of_milestones(indicator_code) -%}
    with

    landed_items as (
        {{ effective_items('milestones') }}
    ),

    stages as (
        select
            stages.completed_on,
            coalesce(stages.completed_on, stages.planned_on) as due_on,
            landed_items.known_from,
            landed_items.known_to
        from {{ ref('stg_milestones__stages') }} as stages
        inner join landed_items on stages.item_id = landed_items.item_id
        where stages.indicator_code = '{{ indicator_code }}'
    ),

    knots as (
        {{ item_knots('landed_items') }}
    ),

    -- A year is told at each knot in it or after it, and on its first day by what was known then.
    year_knots as (
        select distinct
            fiscal_years.starts_on,
            fiscal_years.ends_on,
            greatest(knots.knot, fiscal_years.starts_on) as known_from
        from {{ ref('int_fiscal_years') }} as fiscal_years
        cross join knots
        where knots.knot >= (select min(stages.known_from) from stages)
    ),

    plans as (
        select
            year_knots.starts_on,
            year_knots.ends_on,
            year_knots.known_from,
            count(stages.known_from) as stage_count,
            count_if(stages.completed_on <= year_knots.ends_on) as done_count,
            count_if(stages.completed_on < year_knots.starts_on) = count(stages.known_from) as was_done_before,
            min(stages.due_on) <= year_knots.ends_on as has_begun
        from year_knots
        -- A plan that its register no longer names is taken back, and does not stay as it was last told.
        left join stages
            on
                year_knots.known_from >= stages.known_from
                and year_knots.known_from < stages.known_to
        group by year_knots.starts_on, year_knots.ends_on, year_knots.known_from
    ),

    actuals as (
        select
            '271004' as org_unit_code,
            'fiscal_year' as period_grain,
            starts_on as period_start,
            ends_on as period_end,
            least(ends_on, known_from) as measured_to,
            known_from,
            case when has_begun and not was_done_before then done_count end as numerator,
            stage_count as denominator
        from plans
    ),

    told_by_now as (
        {{ told_by_now(indicator_code, 'actuals') }}
    )

    select * from told_by_now
{%- endmacro %}
