-- One row per indicator and fiscal year of which anything was known on $on: what the results section of an operating policy says of it.
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

-- A target that was missed at its year's end and is reached by now: it is known of the present alone.
reached_since as (
    select
        indicator_code,
        fiscal_year,
        reached_on
    from marts.fct_indicator_standings
    where is_reached_since and $on = $as_of
),

results as (
    select
        progress.*,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        years_before.actual_origin as before_origin,
        years_before.actual_text as before_text,
        years_before.actual_value as before_value,
        years_before.actual_qualifier as before_qualifier,
        years_before.official_text as before_official_text,
        years_before.numerator as before_numerator,
        years_before.denominator as before_denominator,
        reached_since.reached_on as reached_since_on
    from progress
    inner join definitions as indicators on progress.indicator_code = indicators.indicator_code
    inner join marts.dim_fiscal_years as fiscal_years on progress.fiscal_year = fiscal_years.fiscal_year
    left join reached_since
        on
            progress.indicator_code = reached_since.indicator_code
            and progress.fiscal_year = reached_since.fiscal_year
    left join progress as years_before
        on
            progress.indicator_code = years_before.indicator_code
            and progress.fiscal_year = years_before.fiscal_year + 1
    where progress.actual_origin is not null or progress.target_text is not null
    order by progress.fiscal_year, indicators.sort_order
)

select * from results
