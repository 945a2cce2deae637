-- One row per target of an indicator that is still ahead: where it will probably stand then.
with

forecasts as (
    select
        forecasts.*,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en
    from marts.fct_indicator_forecasts as forecasts
    inner join marts.dim_fiscal_years as fiscal_years on forecasts.fiscal_year = fiscal_years.fiscal_year
    where forecasts.indicator_code = $indicator_code
    order by forecasts.fiscal_year
)

select * from forecasts
