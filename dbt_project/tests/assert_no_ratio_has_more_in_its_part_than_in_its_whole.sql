select
    indicator_code,
    org_unit_code,
    period_start
from {{ ref('fct_indicator_actuals') }}
where actual_ratio is not null and (numerator > denominator or numerator < 0)
