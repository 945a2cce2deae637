-- The watched figures, and whether each has got where somebody wants to be told. One row per watch;
-- value and is_reached are null while there is no figure.
with

watches as (
    select * from {{ ref('watches') }}
),

actuals as (
    select
        indicator_code,
        'actual' as measure,
        arg_max(actual_value, fiscal_year) as value
    from {{ ref('int_indicator_progress') }}
    where actual_value is not null
    group by indicator_code
),

chances as (
    select
        targets.indicator_code,
        'target_probability' as measure,
        arg_min(forecasts.probability, targets.fiscal_year) as value
    from {{ ref('int_forecast_targets') }} as targets
    inner join {{ ref('int_indicator_forecasts') }} as forecasts
        on
            targets.status = 'forecast'
            and targets.indicator_code = forecasts.indicator_code
            and targets.origin_month = forecasts.origin_month
            and targets.months_ahead = forecasts.months_ahead
            and targets.target_value = forecasts.target_value
    where forecasts.probability is not null
    group by targets.indicator_code
),

measured as (
    select * from actuals
    union all
    select * from chances
),

watched as (
    select
        watches.watch_code,
        watches.indicator_code,
        watches.measure,
        watches.comparison,
        watches.threshold,
        watches.message_ja,
        watches.message_en,
        measured.value,
        case
            when watches.comparison = 'at_least' then measured.value >= watches.threshold
            else measured.value < watches.threshold
        end as is_reached,
        before.is_reached as was_reached
    from watches
    left join measured
        on
            watches.indicator_code = measured.indicator_code
            and watches.measure = measured.measure
    left join {{ ref('stg_night__published_watches') }} as before on watches.watch_code = before.watch_code
)

select * from watched
