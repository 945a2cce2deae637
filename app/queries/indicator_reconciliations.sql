-- One row per published actual of an indicator that a computed one stands beside.
with

reconciliations as (
    select
        reconciliation.*,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en
    from marts.fct_reconciliation as reconciliation
    inner join marts.dim_fiscal_years as fiscal_years on reconciliation.fiscal_year = fiscal_years.fiscal_year
    where reconciliation.indicator_code = $indicator_code
    order by reconciliation.fiscal_year, reconciliation.published_in
)

select * from reconciliations
