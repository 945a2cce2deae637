-- One row per published actual of any indicator that a computed one stands beside, differences first.
with

reconciliations as (
    select
        reconciliation.*,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en
    from marts.fct_reconciliation as reconciliation
    inner join marts.dim_indicators as indicators on reconciliation.indicator_code = indicators.indicator_code
    inner join marts.dim_fiscal_years as fiscal_years on reconciliation.fiscal_year = fiscal_years.fiscal_year
    order by
        starts_with(reconciliation.outcome, 'differs') desc,
        indicators.sort_order asc,
        reconciliation.fiscal_year asc,
        reconciliation.published_in asc
)

select * from reconciliations
