-- What forecasts are made from: the whole city's final months of ratios and stocks. One row per
-- indicator and month.
with

indicators as (
    select
        indicator_code,
        kind
    from {{ ref('int_indicators_in_force') }}
    where kind in ('ratio', 'stock')
),

months as (
    select
        actuals.indicator_code,
        indicators.kind,
        actuals.numerator,
        actuals.denominator,
        actuals.actual_value,
        row_number() over (partition by actuals.indicator_code order by actuals.period_start) as months_known,
        actuals.period_start as month
    from {{ ref('int_indicator_actuals') }} as actuals
    inner join indicators on actuals.indicator_code = indicators.indicator_code
    where
        actuals.org_unit_code = {{ city_code() }}
        and actuals.period_grain = 'month'
        and actuals.is_current
        and not actuals.is_provisional
        and actuals.actual_value is not null
)

select * from months
