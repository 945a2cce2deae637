-- One row per indicator, what needs attention first: where it stands, with the years that its figures are of.
with

tiles as (
    select
        standings.*,
        shown_years.label_ja as year_ja,
        shown_years.label_en as year_en,
        rating_years.label_ja as rating_year_ja,
        rating_years.label_en as rating_year_en,
        running_years.label_ja as running_year_ja,
        running_years.label_en as running_year_en,
        next_years.label_ja as next_target_year_ja,
        next_years.label_en as next_target_year_en,
        attention_reasons.rule_ja,
        attention_reasons.rule_en
    from marts.fct_indicator_standings as standings
    inner join marts.dim_indicators as indicators on standings.indicator_code = indicators.indicator_code
    left join marts.dim_fiscal_years as shown_years on standings.fiscal_year = shown_years.fiscal_year
    left join marts.dim_fiscal_years as rating_years on standings.rating_fiscal_year = rating_years.fiscal_year
    left join marts.dim_fiscal_years as running_years on standings.running_fiscal_year = running_years.fiscal_year
    left join marts.dim_fiscal_years as next_years on standings.next_target_fiscal_year = next_years.fiscal_year
    left join marts.dim_attention_reasons as attention_reasons on standings.deciding_reason = attention_reasons.reason_code
    order by standings.overview_order
)

select * from tiles
