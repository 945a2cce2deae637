with

-- Errors in whole millionths, because a floating sum depends on the order of its parts.
backtests as (
    select
        *,
        cast(round(abs(error_value) * 1000000) as bigint) as error_millionths
    from {{ ref('int_forecast_backtests') }}
),

calibrations as (
    select
        indicator_code,
        months_ahead,
        cast(count(*) as integer) as backtest_count,
        sum(error_millionths) / count(*) / 1000000 as mean_absolute_error_value,
        count(*) filter (where is_in_80) / count(*) as in_80_ratio,
        count(*) filter (where is_in_95) / count(*) as in_95_ratio,
        min(origin_month) as first_origin_month,
        max(origin_month) as last_origin_month
    from backtests
    group by indicator_code, months_ahead
)

select * from calibrations
