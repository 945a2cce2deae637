with

actuals as (
    select * from {{ ref('fct_indicator_actuals') }}
    where org_unit_code = '271004' and period_grain = 'fiscal_year' and is_current and not is_provisional
),

indicators as (
    select * from {{ ref('dim_indicators') }}
),

official_results as (
    select * from {{ ref('fct_official_results') }}
    where is_current and actual_text is not null
),

-- A figure written without a qualifier stands for what rounds to it; 約 is half of the last significant digit either way.
bounded as (
    select
        official_results.indicator_code,
        official_results.fiscal_year,
        official_results.actual_text as official_text,
        coalesce(official_results.actual_qualifier, 'exact') as official_qualifier,
        actuals.actual_value as computed_value,
        -- A page tells a milestone in words: drawn up, in operation, done are all of its stages.
        case
            when official_results.actual_value is not null then cast(official_results.actual_value as double)
            when indicators.kind = 'milestone' and regexp_matches(official_results.actual_text, '済|開始|完了') then 100
        end as official_value,
        {{ half_of_last_digit('coalesce(official_results.actual_value, 100)', 'official_results.actual_qualifier') }} as half_width
    from official_results
    inner join indicators on official_results.indicator_code = indicators.indicator_code
    inner join actuals
        on
            official_results.indicator_code = actuals.indicator_code
            and official_results.fiscal_year = actuals.fiscal_year
),

reconciled as (
    select
        indicator_code,
        fiscal_year,
        official_text,
        official_qualifier,
        case
            when official_qualifier in ('around', 'cumulative') then 'cannot_tell'
            when official_qualifier = 'at_least' and computed_value >= official_value then 'within_qualifier'
            when official_qualifier = 'at_most' and computed_value <= official_value then 'within_qualifier'
            when official_qualifier in ('at_least', 'at_most') then 'differs'
            when computed_value >= official_value + half_width or computed_value < official_value - half_width then 'differs'
            when official_qualifier = 'exact' then 'agrees'
            else 'within_qualifier'
        end as outcome,
        computed_value,
        official_value,
        computed_value - official_value as difference
    from bounded
)

select * from reconciled
