-- An indicator that no reason of the seed holds for would be missing in the overview, and a group with two places would be torn apart.
select indicators.indicator_code as missing
from {{ ref('int_indicators_in_force') }} as indicators
anti join {{ ref('int_indicator_standings') }} as standings on indicators.indicator_code = standings.indicator_code
union all
select attention_group as missing
from {{ ref('attention_reasons') }}
group by attention_group
having count(distinct group_order) > 1
