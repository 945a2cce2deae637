with

targets as (
    select
        indicator_code,
        origin_month,
        max(months_ahead) as months_ahead
    from {{ ref('int_forecast_targets') }}
    where status = 'forecast'
    group by indicator_code, origin_month
),

paths as (
    select
        computed.indicator_code,
        computed.months_ahead,
        computed.median as median_value,
        computed.lower_80 as lower_80_value,
        computed.upper_80 as upper_80_value,
        computed.lower_95 as lower_95_value,
        computed.upper_95 as upper_95_value,
        computed.origin_month,
        cast(computed.origin_month + to_months(computed.months_ahead) as date) as forecast_month
    from {{ ref('int_indicator_forecasts') }} as computed
    inner join targets
        on
            computed.indicator_code = targets.indicator_code
            and computed.origin_month = targets.origin_month
            and computed.months_ahead <= targets.months_ahead
    where computed.target_value is null
)

select * from paths
