-- One row per fiscal year of an indicator of which anything was known on $on: actual, target, achievement by every method, official rating.
with

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

judgements as (
    select
        progress.*,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        baseline_years.label_ja as baseline_year_ja,
        baseline_years.label_en as baseline_year_en,
        target_years.label_ja as final_target_year_ja,
        target_years.label_en as final_target_year_en,
        final_targets.target_text as final_target_text,
        final_targets.target_qualifier as final_target_qualifier,
        reached_since.reached_on as reached_since_on
    from progress
    inner join marts.dim_fiscal_years as fiscal_years on progress.fiscal_year = fiscal_years.fiscal_year
    left join marts.dim_fiscal_years as baseline_years on progress.baseline_fiscal_year = baseline_years.fiscal_year
    left join marts.dim_fiscal_years as target_years on progress.final_target_fiscal_year = target_years.fiscal_year
    left join reached_since
        on
            progress.indicator_code = reached_since.indicator_code
            and progress.fiscal_year = reached_since.fiscal_year
    left join progress as final_targets
        on
            progress.indicator_code = final_targets.indicator_code
            and progress.final_target_fiscal_year = final_targets.fiscal_year
    where
        progress.indicator_code = $indicator_code
        and (progress.actual_origin is not null or progress.target_text is not null)
    order by progress.fiscal_year
)

select * from judgements
