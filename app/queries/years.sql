-- One row per fiscal year that has an actual as known on $on; `is_default` marks the last one that was over then, or else the last.
with

years_with_actuals as (
    select distinct fiscal_year
    from marts.fct_indicator_progress_history
    where actual_origin is not null and $on >= known_from and ($on < known_to or known_to is null)
),

years as (
    select
        fiscal_years.fiscal_year,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        fiscal_years.starts_on,
        fiscal_years.ends_on,
        $on > fiscal_years.ends_on as is_over
    from marts.dim_fiscal_years as fiscal_years
    inner join years_with_actuals on fiscal_years.fiscal_year = years_with_actuals.fiscal_year
),

marked as (
    select
        *,
        fiscal_year = coalesce(max(fiscal_year) filter (where is_over) over (), max(fiscal_year) over ()) as is_default
    from years
    order by fiscal_year
)

select * from marked
