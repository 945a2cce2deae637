select targets.*
from {{ ref('indicator_targets') }} as targets
anti join {{ ref('indicators') }} as indicators on targets.indicator_code = indicators.indicator_code
