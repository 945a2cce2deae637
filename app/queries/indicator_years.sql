-- One row per fiscal year of an indicator: actual, what it was counted of, target in effect, what is published.
with

official_results as (
    select *
    from marts.fct_official_results
    where is_current
),

years as (
    select
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        progress.actual_text,
        progress.actual_qualifier,
        progress.actual_origin,
        progress.target_text,
        progress.target_qualifier,
        official_results.actual_text as official_text,
        official_results.actual_qualifier as official_qualifier,
        progress.official_rating,
        progress.numerator,
        progress.denominator,
        progress.actual_value,
        progress.target_value,
        cast(official_results.actual_value as double) as official_value,
        progress.is_provisional,
        progress.measured_to
    from marts.fct_indicator_progress as progress
    inner join marts.dim_fiscal_years as fiscal_years on progress.fiscal_year = fiscal_years.fiscal_year
    left join official_results
        on
            progress.indicator_code = official_results.indicator_code
            and progress.fiscal_year = official_results.fiscal_year
    where
        progress.indicator_code = $indicator_code
        and (progress.actual_origin is not null or progress.target_text is not null)
    order by progress.fiscal_year
)

select * from years
