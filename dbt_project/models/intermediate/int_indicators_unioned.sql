-- Every indicator, one line each, for as long as it is defined: of one that has ended no later period is told, and of the stock or ratio of the
-- year in which it ended no later month.
with

unioned as (
    select * from {{ ref('int_indicators__online_procedures') }}
    union all
    select * from {{ ref('int_indicators__nocode_applications') }}
    union all
    select * from {{ ref('int_indicators__visualisation_usage_rate') }}
    union all
    select * from {{ ref('int_flows_folded') }}
    union all
    select * from {{ ref('int_milestones_folded') }}
),

indicators as (
    select
        indicator_code,
        kind,
        valid_to
    from {{ ref('dim_indicators') }}
),

defined as (
    select unioned.*
    from unioned
    left join indicators on unioned.indicator_code = indicators.indicator_code
    where
        indicators.valid_to is null
        or (
            unioned.period_start <= indicators.valid_to
            and (indicators.kind in ('flow', 'milestone') or unioned.measured_to <= last_day(indicators.valid_to))
        )
)

select * from defined
