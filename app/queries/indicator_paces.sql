-- One row per target of an indicator that is not over: what is still needed, and how much a month.
with

paces as (
    select
        paces.*,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        fiscal_years.ends_on,
        last_day(paces.measured_month) as measured_to
    from marts.fct_required_paces as paces
    inner join marts.dim_fiscal_years as fiscal_years on paces.fiscal_year = fiscal_years.fiscal_year
    where paces.indicator_code = $indicator_code
    order by paces.fiscal_year
)

select * from paces
