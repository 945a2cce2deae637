with

targets as (
    select * from {{ ref('int_forecast_targets') }}
),

forecasts as (
    select
        targets.indicator_code,
        targets.fiscal_year,
        targets.status,
        targets.history_months,
        targets.required_history_months,
        targets.months_ahead,
        targets.target_value,
        computed.median as median_value,
        computed.lower_80 as lower_80_value,
        computed.upper_80 as upper_80_value,
        computed.lower_95 as lower_95_value,
        computed.upper_95 as upper_95_value,
        computed.probability as target_probability,
        targets.origin_month,
        targets.target_month
    from targets
    left join {{ ref('int_indicator_forecasts') }} as computed
        on
            targets.status = 'forecast'
            and targets.indicator_code = computed.indicator_code
            and targets.origin_month = computed.origin_month
            and targets.months_ahead = computed.months_ahead
            and targets.target_value = computed.target_value
)

select * from forecasts
