select indicators.*
from {{ ref('indicators') }} as indicators
anti join {{ ref('org_units') }} as org_units on indicators.owner = org_units.name_ja
