-- One row per fiscal year that can be reported on; `is_default` marks the last one that is over, or else the last.
with

years_with_actuals as (
    select distinct fiscal_year
    from marts.fct_indicator_progress
    where actual_origin is not null
),

years as (
    select
        fiscal_years.fiscal_year,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        fiscal_years.ends_on < coalesce(cast($as_of as date), date '9999-12-31') as is_over
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
