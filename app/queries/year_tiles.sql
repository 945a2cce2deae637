-- One row per indicator of which anything was known on $on: how it stood in the fiscal year $year, or
-- without one in the year that was shown on that day; the target before, the next one, the year that
-- went on and the last rating.
with

definitions as (
    select *
    from marts.dim_indicator_definitions
    where $on >= in_force_from and ($on < in_force_to or in_force_to is null)
),

fiscal_years as (
    select * from marts.dim_fiscal_years
),

progress as (
    select
        progress.*,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        fiscal_years.starts_on,
        fiscal_years.ends_on
    from marts.fct_indicator_progress_history as progress
    inner join fiscal_years on progress.fiscal_year = fiscal_years.fiscal_year
    where progress.is_shown and $on >= progress.known_from and ($on < progress.known_to or progress.known_to is null)
),

known as (
    select distinct indicator_code
    from progress
),

years_chosen as (
    select
        indicator_code,
        fiscal_year
    from marts.fct_indicator_years_chosen
    where $on >= known_from and ($on < known_to or known_to is null)
),

looked_at as (
    select
        known.indicator_code,
        coalesce(cast($year as integer), years_chosen.fiscal_year) as fiscal_year
    from known
    left join years_chosen on known.indicator_code = years_chosen.indicator_code
),

targets_before as (
    select progress.*
    from looked_at
    inner join progress
        on
            looked_at.indicator_code = progress.indicator_code
            and looked_at.fiscal_year > progress.fiscal_year
    where progress.target_text is not null
    qualify row_number() over (partition by progress.indicator_code order by progress.fiscal_year desc) = 1
),

targets_ahead as (
    select progress.*
    from looked_at
    inner join progress
        on
            looked_at.indicator_code = progress.indicator_code
            and progress.fiscal_year > coalesce(looked_at.fiscal_year, 0)
    where progress.target_text is not null and ($on <= progress.ends_on or $year is not null)
    qualify row_number() over (partition by progress.indicator_code order by progress.fiscal_year asc) = 1
),

running as (
    select progress.*
    from looked_at
    inner join progress
        on
            looked_at.indicator_code = progress.indicator_code
            and looked_at.fiscal_year is distinct from progress.fiscal_year
    inner join definitions on progress.indicator_code = definitions.indicator_code
    where
        progress.actual_value is not null
        and definitions.kind != 'milestone'
        and $year is null
        and $on between progress.starts_on and progress.ends_on
),

ratings as (
    select *
    from progress
    where official_rating is not null and fiscal_year <= coalesce(cast($year as integer), fiscal_year)
    qualify row_number() over (partition by indicator_code order by fiscal_year desc) = 1
),

tiles as (
    select
        definitions.indicator_code,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        progress.actual_text,
        progress.actual_qualifier,
        progress.actual_origin,
        progress.target_text,
        progress.target_qualifier,
        progress.official_text,
        progress.status,
        progress.status_reason,
        coalesce(progress.year_result, 'without_actual') as year_result,
        ratings.official_rating,
        looked_at.fiscal_year,
        progress.numerator,
        progress.denominator,
        progress.actual_value,
        progress.target_value,
        progress.target_tolerance,
        progress.measured_to,
        targets_before.year_ja as before_year_ja,
        targets_before.year_en as before_year_en,
        targets_before.target_text as before_target_text,
        targets_before.target_qualifier as before_target_qualifier,
        targets_before.target_value as before_target_value,
        targets_before.actual_text as before_text,
        targets_before.actual_qualifier as before_qualifier,
        targets_before.actual_value as before_value,
        targets_before.official_text as before_official_text,
        targets_before.numerator as before_numerator,
        targets_before.denominator as before_denominator,
        targets_before.status as before_status,
        targets_ahead.year_ja as next_target_year_ja,
        targets_ahead.year_en as next_target_year_en,
        targets_ahead.target_text as next_target_text,
        targets_ahead.target_qualifier as next_target_qualifier,
        targets_ahead.target_value as next_target_value,
        ratings.year_ja as rating_year_ja,
        ratings.year_en as rating_year_en,
        running.actual_value as running_value,
        running.measured_to as running_measured_to,
        coalesce(progress.is_provisional, false) as is_provisional
    from looked_at
    inner join definitions on looked_at.indicator_code = definitions.indicator_code
    left join fiscal_years on looked_at.fiscal_year = fiscal_years.fiscal_year
    left join progress
        on
            looked_at.indicator_code = progress.indicator_code
            and looked_at.fiscal_year = progress.fiscal_year
    left join targets_before on looked_at.indicator_code = targets_before.indicator_code
    left join targets_ahead on looked_at.indicator_code = targets_ahead.indicator_code
    left join running on looked_at.indicator_code = running.indicator_code
    left join ratings on looked_at.indicator_code = ratings.indicator_code
    order by definitions.sort_order
)

select * from tiles
