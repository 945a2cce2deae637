-- One row per indicator: the latest actual, the target of the year that holds $as_of or else the last one,
-- the latest achievement that is settled, the latest rating.
with

present_years as (
    select fiscal_year
    from marts.dim_fiscal_years
    where cast($as_of as date) between starts_on and ends_on
),

-- A milestone that is done is told of the year in which it was.
told_years as (
    select progress.*
    from marts.fct_indicator_progress as progress
    inner join marts.dim_indicators as indicators on progress.indicator_code = indicators.indicator_code
    where progress.actual_origin is not null
    qualify
        indicators.kind != 'milestone'
        or lag(progress.actual_value, 1, 0) over (partition by progress.indicator_code order by progress.fiscal_year)
        is distinct from indicators.natural_limit
),

latest_actuals as (
    select *
    from told_years
    qualify row_number() over (partition by indicator_code order by fiscal_year desc) = 1
),

shown_targets as (
    select progress.*
    from marts.fct_indicator_progress as progress
    left join present_years on progress.fiscal_year = present_years.fiscal_year
    where progress.target_text is not null
    qualify
        row_number() over (
            partition by progress.indicator_code
            order by present_years.fiscal_year asc nulls last, progress.fiscal_year desc
        ) = 1
),

latest_ratings as (
    select *
    from marts.fct_indicator_progress
    where official_rating is not null
    qualify row_number() over (partition by indicator_code order by fiscal_year desc) = 1
),

latest_statuses as (
    select *
    from marts.fct_indicator_progress
    where status in ('met', 'not_met')
    qualify row_number() over (partition by indicator_code order by fiscal_year desc) = 1
),

tiles as (
    select
        indicators.indicator_code,
        indicators.name_ja,
        indicators.name_en,
        indicators.strategy_name_ja,
        indicators.strategy_name_en,
        indicators.definition_ja,
        indicators.definition_en,
        indicators.kind,
        indicators.unit_ja,
        indicators.unit_en,
        indicators.counted_ja,
        indicators.counted_en,
        indicators.counted_one_en,
        latest_actuals.actual_text,
        latest_actuals.actual_qualifier,
        latest_actuals.actual_origin,
        actual_years.label_ja as actual_year_ja,
        actual_years.label_en as actual_year_en,
        shown_targets.target_text,
        shown_targets.target_qualifier,
        target_years.label_ja as target_year_ja,
        target_years.label_en as target_year_en,
        latest_ratings.official_rating,
        rating_years.label_ja as rating_year_ja,
        rating_years.label_en as rating_year_en,
        latest_statuses.status,
        status_years.label_ja as status_year_ja,
        status_years.label_en as status_year_en,
        indicators.issue_no,
        indicators.display_decimals,
        latest_actuals.numerator,
        latest_actuals.denominator,
        latest_actuals.actual_value,
        shown_targets.target_value,
        indicators.is_ended,
        latest_actuals.is_provisional,
        latest_actuals.measured_to,
        indicators.valid_to
    from marts.dim_indicators as indicators
    left join latest_actuals on indicators.indicator_code = latest_actuals.indicator_code
    left join marts.dim_fiscal_years as actual_years on latest_actuals.fiscal_year = actual_years.fiscal_year
    left join shown_targets on indicators.indicator_code = shown_targets.indicator_code
    left join marts.dim_fiscal_years as target_years on shown_targets.fiscal_year = target_years.fiscal_year
    left join latest_ratings on indicators.indicator_code = latest_ratings.indicator_code
    left join marts.dim_fiscal_years as rating_years on latest_ratings.fiscal_year = rating_years.fiscal_year
    left join latest_statuses on indicators.indicator_code = latest_statuses.indicator_code
    left join marts.dim_fiscal_years as status_years on latest_statuses.fiscal_year = status_years.fiscal_year
    order by indicators.sort_order
)

select * from tiles
