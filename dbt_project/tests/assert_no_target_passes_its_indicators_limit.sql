select targets.*
from {{ ref('indicator_targets') }} as targets
inner join {{ ref('int_indicators_in_force') }} as indicators on targets.indicator_code = indicators.indicator_code
where targets.target_value > indicators.natural_limit or targets.target_value < 0
