-- A target below a quantile is at least as likely to be passed as that quantile is, one above it at
-- most; the bounds of a scale gather probability.
with

forecasts as (
    select
        forecasts.*,
        case when indicators.direction = 'up' then forecasts.target_probability else 1 - forecasts.target_probability end as passing_probability
    from {{ ref('fct_indicator_forecasts') }} as forecasts
    inner join {{ ref('dim_indicators') }} as indicators on forecasts.indicator_code = indicators.indicator_code
    where forecasts.status = 'forecast'
),

quantiles as (
    select
        *,
        unnest([lower_95_value, lower_80_value, median_value, upper_80_value, upper_95_value]) as quantile_value,
        unnest([0.975, 0.9, 0.5, 0.1, 0.025]) as quantile_probability
    from forecasts
)

select * from quantiles
where
    (target_value < quantile_value and passing_probability < quantile_probability - 0.000001)
    or (target_value > quantile_value and passing_probability > quantile_probability + 0.000001)
