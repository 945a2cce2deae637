with

targets as (
    select * from {{ ref('fct_indicator_targets') }}
    where target_value is not null
),

indicators as (
    select indicator_code
    from {{ ref('dim_indicators') }}
    where kind = 'ratio' and direction = 'up'
),

fiscal_years as (
    select * from {{ ref('dim_fiscal_years') }}
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

latest_months as (
    select
        indicator_code,
        max(period_start) as measured_month,
        arg_max(numerator, period_start) as numerator,
        arg_max(denominator, period_start) as denominator,
        arg_max(actual_value, period_start) as actual_value
    from {{ ref('fct_indicator_actuals') }}
    where org_unit_code = '271004' and period_grain = 'month' and is_current and not is_provisional
    group by indicator_code
),

-- Counted in whole ten-thousandths of a point, because 0.7 × 53 is not exact in binary: the smallest whole number at or above the target.
required as (
    select
        targets.indicator_code,
        targets.fiscal_year,
        cast(targets.target_value as double) as target_value,
        cast(latest_months.numerator as bigint) as numerator,
        cast(latest_months.denominator as bigint) as denominator,
        cast(
            (cast(targets.target_value * 10000 as hugeint) * cast(latest_months.denominator as hugeint) + 999999) // 1000000 as bigint
        ) as required_numerator,
        cast(date_diff('month', latest_months.measured_month, fiscal_years.ends_on) as integer) as months_left,
        latest_months.actual_value,
        latest_months.measured_month
    from targets
    inner join indicators on targets.indicator_code = indicators.indicator_code
    inner join fiscal_years on targets.fiscal_year = fiscal_years.fiscal_year
    inner join latest_months on targets.indicator_code = latest_months.indicator_code
    inner join run_contexts
        on
            run_contexts.as_of between targets.effective_from and coalesce(targets.effective_to - 1, date '9999-12-31')
            and fiscal_years.ends_on >= run_contexts.as_of
),

paces as (
    select
        indicator_code,
        fiscal_year,
        numerator,
        denominator,
        required_numerator,
        greatest(required_numerator - numerator, 0) as still_needed,
        months_left,
        case when months_left > 0 then cast(greatest(required_numerator - numerator, 0) / months_left as decimal(9, 4)) end as needed_per_month,
        actual_value,
        target_value,
        measured_month
    from required
)

select * from paces
