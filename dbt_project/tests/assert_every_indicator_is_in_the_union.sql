-- A model that nobody selects from would be an indicator that nobody sees.
{%- set unioned = graph.nodes["model.shihyo.int_indicators_unioned"].depends_on.nodes if execute else [] %}

select indicator_code
from {{ ref('indicators') }}
where 'model.shihyo.int_indicators__' || indicator_code not in (select unnest({{ sql_list(unioned) }}))
