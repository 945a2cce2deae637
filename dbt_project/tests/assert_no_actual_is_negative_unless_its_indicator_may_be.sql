-- Said while the project is edited, not only at night: a definition that allows it is one word in
-- the seed. A flow of one month may be below zero, when more is taken back in it than is added, and
-- so may one of a year that goes on.
select
    actuals.indicator_code || ' FY' || actuals.fiscal_year
    || ': an actual is below zero, and seeds/indicators.csv does not say that it may be' as finding,
    'where the definition allows it, set may_be_negative to true in dbt_project/seeds/indicators.csv; '
    || 'else correct the model, or what its source takes back (▲) in that year' as next_step
from {{ ref('fct_indicator_actuals') }} as actuals
inner join {{ ref('dim_indicators') }} as indicators on actuals.indicator_code = indicators.indicator_code
where
    actuals.actual_value < 0
    and not indicators.may_be_negative
    and not (indicators.kind = 'flow' and (actuals.period_grain = 'month' or actuals.is_provisional))
order by actuals.indicator_code, actuals.fiscal_year
