-- The figures of every indicator, by kind, for as long as it is defined: of one that has ended no
-- later period has any, and of the stock or ratio of the year in which it ended no later month.
with

unioned as (
    select * from {{ ref('int_flows_folded') }}
    union all
    select * from {{ ref('int_milestones_folded') }}
    union all
    select * from {{ ref('int_ratios_folded') }}
    union all
    select * from {{ ref('int_stocks_folded') }}
),

indicators as (
    select
        indicator_code,
        kind,
        valid_to
    from {{ ref('int_indicators_in_force') }}
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
