-- Which forecasts are to be made: from every month with enough of a history before it for the
-- backtest, from the last one to every month up to the last target, and for every target. One row
-- per indicator, month of origin, months ahead and target (null: none is asked about).
with

indicators as (
    select
        indicator_code,
        kind,
        direction,
        natural_limit,
        may_be_negative
    from {{ ref('int_indicators_in_force') }}
),

origins as (
    select
        indicator_code,
        month as origin_month
    from {{ ref('int_forecast_months') }}
    where months_known >= {{ months_needed_to_forecast() }}
),

targets as (
    select * from {{ ref('int_forecast_targets') }}
    where status = 'forecast'
),

backtests as (
    select
        indicator_code,
        origin_month,
        unnest([1, 3, 6, 12]) as months_ahead,
        cast(null as double) as target_value
    from origins
),

paths as (
    select
        indicator_code,
        origin_month,
        unnest(range(1, max(months_ahead) + 1)) as months_ahead,
        cast(null as double) as target_value
    from targets
    group by indicator_code, origin_month
),

asked as (
    select * from backtests
    union
    select * from paths
    union
    select
        indicator_code,
        origin_month,
        months_ahead,
        target_value
    from targets
),

wanted as (
    select
        asked.indicator_code,
        indicators.kind,
        indicators.direction,
        cast(asked.months_ahead as integer) as months_ahead,
        asked.target_value,
        indicators.natural_limit,
        indicators.may_be_negative,
        asked.origin_month
    from asked
    inner join indicators on asked.indicator_code = indicators.indicator_code
)

select * from wanted
