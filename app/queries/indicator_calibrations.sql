-- One row per horizon: how well forecasts of an indicator did in the past.
with

calibrations as (
    select *
    from marts.fct_forecast_calibrations
    where indicator_code = $indicator_code
    order by months_ahead
)

select * from calibrations
