with

targets as (
    select * from {{ ref('fct_indicator_targets') }}
    -- A sum over several years says nothing of one of them.
    where target_value is not null and target_qualifier is distinct from 'cumulative'
),

indicators as (
    select
        indicator_code,
        kind,
        direction
    from {{ ref('dim_indicators') }}
    where kind in ('ratio', 'stock', 'flow')
),

fiscal_years as (
    select * from {{ ref('dim_fiscal_years') }}
),

run_contexts as (
    select
        as_of,
        cast(date_trunc('month', as_of) - interval 1 month as date) as complete_month
    from {{ ref('stg_night__run_contexts') }}
),

actuals as (
    select * from {{ ref('fct_indicator_actuals') }}
    where org_unit_code = '271004' and is_current
),

-- A ratio and a stock stand where their latest complete month left them, whichever year the target is of.
latest_months as (
    select
        actuals.indicator_code,
        max(actuals.period_start) as measured_month,
        arg_max(actuals.numerator, actuals.period_start) as numerator,
        arg_max(actuals.denominator, actuals.period_start) as denominator,
        arg_max(actuals.actual_value, actuals.period_start) as actual_value
    from actuals
    inner join indicators on actuals.indicator_code = indicators.indicator_code
    where actuals.period_grain = 'month' and not actuals.is_provisional and indicators.kind in ('ratio', 'stock')
    group by actuals.indicator_code
),

-- A flow is counted from nothing every year: only the present year's count can be held against a target, the present year's.
years_to_date as (
    select
        actuals.indicator_code,
        actuals.fiscal_year,
        run_contexts.complete_month as measured_month,
        actuals.numerator,
        actuals.denominator,
        actuals.actual_value
    from actuals
    inner join indicators on actuals.indicator_code = indicators.indicator_code
    cross join run_contexts
    where
        actuals.period_grain = 'fiscal_year'
        and indicators.kind = 'flow'
        and run_contexts.as_of between actuals.period_start and actuals.period_end
),

measured as (
    select
        'latest_month' as counted,
        indicator_code,
        null as fiscal_year,
        measured_month,
        numerator,
        denominator,
        actual_value
    from latest_months
    union all
    select
        'year_to_date' as counted,
        indicator_code,
        fiscal_year,
        measured_month,
        numerator,
        denominator,
        actual_value
    from years_to_date
),

-- Counted in whole ten-thousandths of a unit, or of a point of a ratio, because 0.7 × 53 is not exact in binary.
scaled as (
    select
        targets.indicator_code,
        targets.fiscal_year,
        measured.counted,
        indicators.direction,
        cast(targets.target_value as double) as target_value,
        cast(measured.numerator as bigint) as numerator,
        cast(measured.denominator as bigint) as denominator,
        cast(targets.target_value * 10000 as hugeint) * cast(measured.denominator as hugeint) as scaled_target,
        case when indicators.kind = 'ratio' then 1000000 else 10000 end as scale,
        cast(date_diff('month', measured.measured_month, fiscal_years.ends_on) as integer) as months_left,
        measured.actual_value,
        measured.measured_month
    from targets
    inner join indicators on targets.indicator_code = indicators.indicator_code
    inner join fiscal_years on targets.fiscal_year = fiscal_years.fiscal_year
    inner join measured
        on
            targets.indicator_code = measured.indicator_code
            and targets.fiscal_year = coalesce(measured.fiscal_year, targets.fiscal_year)
    inner join run_contexts
        on
            run_contexts.as_of between targets.effective_from and coalesce(targets.effective_to - 1, date '9999-12-31')
            and fiscal_years.ends_on >= run_contexts.as_of
),

-- The smallest whole number at or above a target to be reached, the largest at or below one not to be passed.
required as (
    select
        *,
        cast(
            case direction when 'up' then (scaled_target + scale - 1) // scale else scaled_target // scale end as bigint
        ) as required_numerator,
        case
            when direction = 'up' then greatest(required_numerator - numerator, 0)
            else greatest(numerator - required_numerator, 0)
        end as still_needed
    from scaled
),

paces as (
    select
        indicator_code,
        fiscal_year,
        counted,
        numerator,
        denominator,
        required_numerator,
        still_needed,
        case when direction = 'down' then greatest(required_numerator - numerator, 0) end as room_left,
        months_left,
        case when months_left > 0 then cast(still_needed / months_left as decimal(18, 4)) end as needed_per_month,
        actual_value,
        target_value,
        measured_month
    from required
)

select * from paces
