with

targets as (
    select * from {{ ref('int_indicator_targets_dated') }}
    -- A sum over several years says nothing of one of them.
    where target_value is not null and target_qualifier is distinct from 'cumulative'
),

indicators as (
    select
        indicator_code,
        kind,
        direction,
        display_decimals,
        coalesce(is_ended, false) as is_ended,
        -- A flow begins at nothing and cannot fall: where less is better, its target is a ceiling.
        kind = 'flow' and direction = 'down' as has_ceiling
    from {{ ref('int_indicators_in_force') }}
    where kind in ('ratio', 'stock', 'flow')
),

fiscal_years as (
    select * from {{ ref('int_fiscal_years') }}
),

run_contexts as (
    select
        as_of,
        cast(date_trunc('month', as_of) - interval 1 month as date) as complete_month
    from {{ ref('stg_night__run_contexts') }}
),

actuals as (
    select * from {{ ref('int_indicator_actuals') }}
    where org_unit_code = {{ city_code() }} and is_current
),

-- A ratio and a stock stand where their latest complete month left them, whichever year the target
-- is of.
latest_months as (
    select
        actuals.indicator_code,
        actuals.period_start as measured_month,
        actuals.numerator,
        actuals.denominator,
        actuals.actual_value
    from actuals
    inner join indicators on actuals.indicator_code = indicators.indicator_code
    where actuals.period_grain = 'month' and not actuals.is_provisional and indicators.kind in ('ratio', 'stock')
    qualify row_number() over (partition by actuals.indicator_code order by actuals.period_start desc) = 1
),

-- A flow begins at nothing every year: only the present year's count can be held against a target,
-- and only against the present year's.
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

-- Counted in whole ten-thousandths of a unit, or of a point of a ratio, because 0.7 × 53 is not
-- exact in binary.
scaled as (
    select
        targets.indicator_code,
        targets.fiscal_year,
        measured.counted,
        indicators.direction,
        indicators.has_ceiling,
        indicators.is_ended,
        cast(targets.target_value as double) as target_value,
        {{ as_ten_thousandths('measured.numerator') }} as counted_now,
        cast(measured.denominator as decimal(24, 4)) as denominator,
        {{ as_ten_thousandths('targets.target_value') }} * {{ as_ten_thousandths('measured.denominator') }} as scaled_target,
        cast(case when indicators.kind = 'ratio' then 1000000 else 10000 end as hugeint) as scale,
        -- What is counted in whole things takes a whole number of them.
        cast(
            case
                when measured.numerator % 1 != 0 or measured.denominator % 1 != 0 then 1
                when indicators.kind != 'ratio' and indicators.display_decimals > 0 then 1
                else 10000
            end as hugeint
        ) as grain,
        -- Counted from the warehouse's own date: a source that has gone silent gives nobody more
        -- time.
        cast(date_diff('month', run_contexts.complete_month, fiscal_years.ends_on) as integer) as months_left,
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
            targets.effective_from <= run_contexts.as_of
            and targets.effective_to > run_contexts.as_of
            and fiscal_years.ends_on >= run_contexts.as_of
    where measured.numerator is not null and measured.denominator != 0
),

-- The smallest quantity at or above a target to be reached, the largest at or below one not to be
-- passed.
required as (
    select
        *,
        grain * case
            when direction = 'up' then {{ steps_up('scaled_target', 'scale * grain') }}
            else {{ steps_down('scaled_target', 'scale * grain') }}
        end as required_count,
        case when direction = 'up' then required_count - counted_now else counted_now - required_count end as shortfall
    from scaled
),

looked_at as (
    select
        *,
        case
            when is_ended then 'ended'
            when has_ceiling then case when shortfall > 0 then 'exceeded' else 'within' end
            when shortfall > 0 then 'to_go'
            else 'reached'
        end as outlook
    from required
),

amounts as (
    select
        *,
        case outlook
            when 'within' then -shortfall
            when 'reached' then 0
            when 'ended' then null
            else shortfall
        end as count_needed
    from looked_at
),

paces as (
    select
        indicator_code,
        fiscal_year,
        counted,
        outlook,
        {{ of_ten_thousandths('counted_now') }} as numerator,
        denominator,
        {{ of_ten_thousandths('required_count') }} as required_numerator,
        {{ of_ten_thousandths('count_needed') }} as still_needed,
        case
            when direction = 'down' and not is_ended
                then {{ of_ten_thousandths('greatest(required_count - counted_now, 0)') }}
        end as room_left,
        case when not is_ended then months_left end as months_left,
        case
            when outlook in ('to_go', 'reached') and months_left > 0
                then {{ of_ten_thousandths('(2 * count_needed + months_left) // (2 * months_left)') }}
        end as needed_per_month,
        actual_value,
        target_value,
        measured_month
    from amounts
)

select * from paces
