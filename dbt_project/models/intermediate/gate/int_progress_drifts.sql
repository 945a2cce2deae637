-- Final figures of ratios beside what is published now. One row per indicator and fiscal year that
-- has both.
with

progress as (
    select * from {{ ref('int_indicator_progress') }}
),

published as (
    select * from {{ ref('stg_night__published_progress') }}
),

ratios as (
    select indicator_code
    from {{ ref('int_indicators_in_force') }}
    where kind = 'ratio'
),

drifts as (
    select
        progress.indicator_code,
        progress.fiscal_year,
        progress.actual_value,
        published.actual_value as published_value,
        coalesce(abs(progress.actual_value - published.actual_value), 100) as drift_points
    from progress
    inner join ratios on progress.indicator_code = ratios.indicator_code
    inner join published
        on
            progress.indicator_code = published.indicator_code
            and progress.fiscal_year = published.fiscal_year
    where published.actual_value is not null and not published.is_provisional
)

select * from drifts
