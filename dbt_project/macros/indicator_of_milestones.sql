{#- An indicator that is a milestone: stages of its plan that are done by the end of a month or a fiscal year, of all stages that the register
    plans. Its periods go from the fiscal year that plans or completes the first stage to the present one: what is done stays done. -#}
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

    periods as (
        select
            'fiscal_year' as period_grain,
            starts_on as period_start,
            ends_on as period_end,
            ends_on as year_end
        from {{ ref('int_fiscal_years') }}
        union all
        select
            'month' as period_grain,
            month_start as period_start,
            last_day(month_start) as period_end,
            ends_on as year_end
        from (
            select
                ends_on,
                cast(unnest(generate_series(starts_on, ends_on, interval 1 month)) as date) as month_start
            from {{ ref('int_fiscal_years') }}
        )
    ),

    -- A period is told at each knot in it or after it, and on its first day by what was known then.
    period_knots as (
        select distinct
            periods.*,
            greatest(knots.knot, periods.period_start) as known_from
        from periods
        cross join knots
        where knots.knot >= (select min(stages.known_from) from stages)
    ),

    plans as (
        select
            period_knots.period_grain,
            period_knots.period_start,
            period_knots.period_end,
            period_knots.known_from,
            count(stages.known_from) as stage_count,
            count_if(stages.completed_on <= period_knots.period_end) as done_count,
            min(stages.due_on) <= any_value(period_knots.year_end) as has_begun
        from period_knots
        -- A plan that its register no longer names is taken back, and does not stay as it was last told.
        left join stages
            on
                period_knots.known_from >= stages.known_from
                and period_knots.known_from < stages.known_to
        group by period_knots.period_grain, period_knots.period_start, period_knots.period_end, period_knots.known_from
    ),

    actuals as (
        select
            '271004' as org_unit_code,
            period_grain,
            period_start,
            period_end,
            least(period_end, known_from) as measured_to,
            known_from,
            case when has_begun then done_count end as numerator,
            stage_count as denominator
        from plans
    ),

    told_by_now as (
        {{ told_by_now(indicator_code, 'actuals') }}
    )

    select * from told_by_now
{%- endmacro %}
