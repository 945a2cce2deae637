-- One row per fiscal year for which a target with a number is in effect on $as_of; where that day is not known, the last ones.
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
        and coalesce(cast($as_of as date), date '9999-12-30') >= targets.effective_from
        and coalesce(cast($as_of as date), date '9999-12-30') < coalesce(targets.effective_to, date '9999-12-31')
        and targets.target_value is not null
    order by targets.fiscal_year
)

select * from targets
