select
    'seeds/indicator_targets.csv, ' || targets.indicator_code || ' FY' || targets.fiscal_year || ': ' || case
        when targets.target_value < 0 then 'the target is below zero, and seeds/indicators.csv does not say that it may be'
        else 'the target is above the natural_limit in seeds/indicators.csv'
    end as finding,
    'correct the target, or what dbt_project/seeds/indicators.csv says of may_be_negative and natural_limit' as next_step
from {{ ref('indicator_targets') }} as targets
inner join {{ ref('int_indicators_in_force') }} as indicators on targets.indicator_code = indicators.indicator_code
where
    targets.target_value > indicators.natural_limit
    or (targets.target_value < 0 and not coalesce(indicators.may_be_negative, false))
