-- One row per way in which targets are written: the last year that shows how such a one is judged, a finished year if there is one, as known on $on.
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

examples as (
    select
        progress.*,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en
    from progress
    inner join definitions as indicators on progress.indicator_code = indicators.indicator_code
    inner join marts.dim_fiscal_years as fiscal_years on progress.fiscal_year = fiscal_years.fiscal_year
    where progress.status is not null and progress.actual_value is not null
    qualify
        row_number() over (
            partition by progress.target_qualifier order by progress.is_provisional asc, progress.fiscal_year desc, indicators.sort_order asc
        ) = 1
    order by list_position(['exact', 'about', 'around', 'at_least', 'at_most', 'cumulative'], progress.target_qualifier) nulls last
)

select * from examples
