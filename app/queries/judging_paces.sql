-- One row at most: the last year that was finished on $on and shows how a pace is reckoned, with the years that have passed and that there are.
with

definitions as (
    select *
    from marts.dim_indicator_definitions
    where $on >= in_force_from and ($on < in_force_to or in_force_to is null)
),

progress as (
    select *
    from marts.fct_indicator_progress_history
    where is_shown and $on >= known_from and ($on < known_to or known_to is null)
),

paces as (
    select
        progress.*,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        baseline_years.label_ja as baseline_year_ja,
        baseline_years.label_en as baseline_year_en,
        target_years.label_ja as final_target_year_ja,
        target_years.label_en as final_target_year_en,
        progress.fiscal_year - progress.baseline_fiscal_year as years_passed,
        progress.final_target_fiscal_year - progress.baseline_fiscal_year as years_planned
    from progress
    inner join definitions as indicators on progress.indicator_code = indicators.indicator_code
    inner join marts.dim_fiscal_years as fiscal_years on progress.fiscal_year = fiscal_years.fiscal_year
    inner join marts.dim_fiscal_years as baseline_years on progress.baseline_fiscal_year = baseline_years.fiscal_year
    inner join marts.dim_fiscal_years as target_years on progress.final_target_fiscal_year = target_years.fiscal_year
    where progress.linear_pace_ratio is not null and not progress.is_provisional
    qualify row_number() over (order by progress.fiscal_year desc, indicators.sort_order asc) = 1
)

select * from paces
