-- Taken-back hires can make a month negative: that is one or two people as well.
select actuals.*
from {{ ref('fct_indicator_actuals') }} as actuals
inner join {{ ref('dim_indicators') }} as indicators on actuals.indicator_code = indicators.indicator_code
where
    indicators.counts_people
    and actuals.org_unit_code != {{ city_code() }}
    and actuals.numerator != 0
    and abs(actuals.numerator) < {{ fewest_people_shown() }}
