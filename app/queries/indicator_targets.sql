-- One row per fiscal year for which a target with a number is in effect on $on.
with

targets as (
    select
        targets.target_text,
        targets.target_qualifier,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        cast(targets.target_value as double) as target_value,
        fiscal_years.starts_on,
        fiscal_years.ends_on
    from marts.fct_indicator_targets as targets
    inner join marts.dim_fiscal_years as fiscal_years on targets.fiscal_year = fiscal_years.fiscal_year
    where
        targets.indicator_code = $indicator_code
        and $on >= targets.effective_from
        and ($on < targets.effective_to or targets.effective_to is null)
        and targets.target_value is not null
    order by targets.fiscal_year
)

select * from targets
