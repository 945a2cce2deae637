{{ config(materialized='view') }}

-- Stages of every indicator that is a milestone: each is one of its denominator, and those done by the end of the fiscal year of its numerator.
with

years as (
    select city_years.*
    from {{ ref('int_city_years_standing') }} as city_years
    inner join {{ ref('int_indicators_in_force') }} as indicators on city_years.indicator_code = indicators.indicator_code
    where indicators.kind = 'milestone'
),

stages as (
    select
        years.indicator_code,
        years.fiscal_year,
        stages.item_id,
        stages.sheet_name,
        stages.source_row,
        stages.sheet_row,
        stages.stage_no,
        coalesce(stages.completed_on <= years.period_end, false) as is_done
    from {{ ref('stg_milestones__stages') }} as stages
    inner join {{ ref('int_items_standing') }} as items on stages.item_id = items.item_id
    inner join years on stages.indicator_code = years.indicator_code
),

parts as (
    select
        *,
        'denominator' as part
    from stages
    union all
    select
        *,
        'numerator' as part
    from stages
    where is_done
),

counted_rows as (
    select
        indicator_code,
        fiscal_year,
        part,
        item_id,
        sheet_name,
        source_row,
        sheet_row,
        cast(stage_no as varchar) as what,
        1 as counts,
        cast(1 as bigint) as rows_behind
    from parts
)

select * from counted_rows
