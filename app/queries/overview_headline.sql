-- One row: how many indicators stand in each group, and how the usage rate is on its way to its target.
with

headlines as (
    select
        headlines.*,
        indicators.name_ja,
        indicators.name_en,
        fiscal_years.label_ja as next_target_year_ja,
        fiscal_years.label_en as next_target_year_en
    from marts.fct_headlines as headlines
    left join marts.dim_indicators as indicators on headlines.indicator_code = indicators.indicator_code
    left join marts.dim_fiscal_years as fiscal_years on headlines.next_target_fiscal_year = fiscal_years.fiscal_year
)

select * from headlines
