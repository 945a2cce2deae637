-- Actuals beside what bounds them; value_from_zero is null of an indicator that may be negative, and
-- of a flow while its year goes on: the first act of a year may be to take something back. One row
-- per indicator and fiscal year.
with

progress as (
    select * from {{ ref('int_indicator_progress') }}
),

indicators as (
    select
        indicator_code,
        kind,
        natural_limit,
        may_be_negative
    from {{ ref('int_indicators_in_force') }}
),

actuals as (
    select
        progress.indicator_code,
        progress.fiscal_year,
        progress.actual_value,
        indicators.natural_limit,
        case
            when not indicators.may_be_negative and not (indicators.kind = 'flow' and progress.is_provisional)
                then progress.actual_value
        end as value_from_zero
    from progress
    inner join indicators on progress.indicator_code = indicators.indicator_code
)

select * from actuals
