with

backtests as (
    select * from {{ ref('int_forecast_backtests') }}
)

select * from backtests
