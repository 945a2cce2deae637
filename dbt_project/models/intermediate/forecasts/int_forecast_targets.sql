-- The targets that are still ahead, and whether they can be forecast. One row per indicator and
-- fiscal year.
with

indicators as (
    select
        indicator_code,
        kind,
        direction,
        is_ended
    from {{ ref('int_indicators_in_force') }}
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

histories as (
    select
        indicator_code,
        max(month) as origin_month,
        count(*) as history_months
    from {{ ref('int_forecast_months') }}
    group by indicator_code
),

ahead as (
    select
        targets.indicator_code,
        targets.fiscal_year,
        indicators.kind,
        indicators.direction,
        -- The months lead to a value of the last one, not to a total of one year or of several; and
        -- nothing follows the end of an indicator.
        indicators.kind in ('stock', 'ratio')
        and targets.target_value is not null
        and coalesce(targets.target_qualifier, 'exact') != 'cumulative'
        and not coalesce(indicators.is_ended, false) as is_applicable,
        cast(targets.target_value as double) as target_value,
        cast(coalesce(histories.history_months, 0) as integer) as history_months,
        cast({{ months_needed_to_forecast() }} as integer) as required_history_months,
        cast(date_diff('month', histories.origin_month, fiscal_years.ends_on) as integer) as months_ahead,
        histories.origin_month,
        cast(date_trunc('month', fiscal_years.ends_on) as date) as target_month
    from {{ ref('int_indicator_targets_dated') }} as targets
    inner join indicators on targets.indicator_code = indicators.indicator_code
    inner join {{ ref('int_fiscal_years') }} as fiscal_years on targets.fiscal_year = fiscal_years.fiscal_year
    inner join run_contexts
        on
            targets.effective_from <= run_contexts.as_of
            and targets.effective_to > run_contexts.as_of
            and fiscal_years.ends_on >= run_contexts.as_of
    left join histories on targets.indicator_code = histories.indicator_code
    where histories.origin_month is null or histories.origin_month < date_trunc('month', fiscal_years.ends_on)
),

judged as (
    select
        * exclude (is_applicable),
        case
            when not is_applicable then 'not_applicable'
            when history_months < required_history_months then 'not_enough_data'
            else 'forecast'
        end as status
    from ahead
)

select * from judged
