{{ config(materialized='view') }}

-- Stages that the standing figure of a milestone counts: each is one of its denominator, and those
-- done by the end of the fiscal year of its numerator.
with

stages as (
    select
        years.indicator_code,
        years.fiscal_year,
        contributions.item_id,
        contributions.sheet_name,
        contributions.source_row,
        contributions.sheet_row,
        contributions.what,
        coalesce(contributions.happened_on <= years.period_end, false) as is_done
    from {{ ref('int_milestones_contributed') }} as contributions
    inner join {{ ref('stg_night__run_contexts') }} as run_contexts on {{ known_on('run_contexts.as_of', 'contributions') }}
    inner join {{ ref('int_city_years_standing') }} as years on contributions.indicator_code = years.indicator_code
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
        what,
        1 as counts,
        cast(1 as bigint) as rows_behind
    from parts
)

select * from counted_rows
