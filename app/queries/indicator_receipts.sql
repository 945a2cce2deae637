-- One row per fiscal year of which an indicator is computed: what the figure rests on.
with

receipts as (
    select
        receipts.*,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en
    from marts.fct_indicator_receipts as receipts
    inner join marts.dim_fiscal_years as fiscal_years on receipts.fiscal_year = fiscal_years.fiscal_year
    where receipts.indicator_code = $indicator_code
    order by receipts.fiscal_year
)

select * from receipts
