with

months as (
    select * from {{ ref('int_forecast_months') }}
),

forecasts as (
    select
        *,
        cast(origin_month + to_months(months_ahead) as date) as forecast_month
    from {{ ref('int_indicator_forecasts') }}
    where target_value is null and months_ahead in (1, 3, 6, 12)
),

backtests as (
    select
        forecasts.indicator_code,
        cast(origins.months_known as integer) as history_months,
        forecasts.months_ahead,
        months.actual_value,
        forecasts.median as median_value,
        forecasts.lower_80 as lower_80_value,
        forecasts.upper_80 as upper_80_value,
        forecasts.lower_95 as lower_95_value,
        forecasts.upper_95 as upper_95_value,
        round(months.actual_value - forecasts.median, 6) as error_value,
        months.actual_value between forecasts.lower_80 and forecasts.upper_80 as is_in_80,
        months.actual_value between forecasts.lower_95 and forecasts.upper_95 as is_in_95,
        forecasts.origin_month,
        forecasts.forecast_month
    from forecasts
    inner join months
        on
            forecasts.indicator_code = months.indicator_code
            and forecasts.forecast_month = months.month
    inner join months as origins
        on
            forecasts.indicator_code = origins.indicator_code
            and forecasts.origin_month = origins.month
)

select * from backtests
