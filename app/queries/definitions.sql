-- One row per indicator: what it means, how it is computed and judged, and since when.
with

definitions as (
    select
        indicators.*,
        baseline_years.label_ja as baseline_year_ja,
        baseline_years.label_en as baseline_year_en
    from marts.dim_indicators as indicators
    left join marts.dim_fiscal_years as baseline_years on indicators.baseline_fiscal_year = baseline_years.fiscal_year
    order by indicators.sort_order
)

select * from definitions
