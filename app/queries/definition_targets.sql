-- One row per indicator and fiscal year for which a target is in effect on $on.
with

targets as (
    select
        targets.indicator_code,
        targets.target_text,
        targets.target_qualifier,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        cast(targets.target_value as double) as target_value
    from marts.fct_indicator_targets as targets
    inner join marts.dim_fiscal_years as fiscal_years on targets.fiscal_year = fiscal_years.fiscal_year
    where $on >= targets.effective_from and ($on < targets.effective_to or targets.effective_to is null)
    order by targets.indicator_code, targets.fiscal_year
)

select * from targets
