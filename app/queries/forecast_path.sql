-- One row per month that the forecast of an indicator covers, for the fan of its chart.
with

path as (
    select *
    from marts.fct_forecast_paths
    where indicator_code = $indicator_code
    order by forecast_month
)

select * from path
