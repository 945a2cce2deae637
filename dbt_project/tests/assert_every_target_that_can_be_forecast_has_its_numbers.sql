-- A forecast has all of its numbers, in order and within the indicator's bounds, and the path ends
-- on it; a row that is no forecast has none.
select forecasts.*
from {{ ref('fct_indicator_forecasts') }} as forecasts
inner join {{ ref('dim_indicators') }} as indicators on forecasts.indicator_code = indicators.indicator_code
left join {{ ref('fct_forecast_paths') }} as paths
    on
        forecasts.indicator_code = paths.indicator_code
        and forecasts.target_month = paths.forecast_month
where
    (forecasts.status = 'forecast') is distinct from (forecasts.target_probability is not null)
    or (forecasts.status = 'forecast') is distinct from (forecasts.median_value is not null)
    or (forecasts.status = 'forecast' and forecasts.median_value is distinct from paths.median_value)
    or forecasts.target_probability not between 0 and 1
    or (forecasts.lower_95_value < 0 and not indicators.may_be_negative)
    or forecasts.upper_95_value > case when indicators.kind = 'ratio' then 100 else coalesce(indicators.natural_limit, 'infinity') end
    or not (
        forecasts.lower_95_value <= forecasts.lower_80_value
        and forecasts.lower_80_value <= forecasts.median_value
        and forecasts.median_value <= forecasts.upper_80_value
        and forecasts.upper_80_value <= forecasts.upper_95_value
    )
