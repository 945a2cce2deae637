-- A model that nobody selects from would be an indicator that nobody sees; one in the union of
-- another kind would be counted in another way.
{%- set lines = [] %}
{%- for kind in ["flow", "milestone", "ratio", "stock"] if execute and "model.shihyo.int_" ~ kind ~ "s_contributed" in graph.nodes %}
{%- for model in graph.nodes["model.shihyo.int_" ~ kind ~ "s_contributed"].depends_on.nodes %}
{%- do lines.append(kind ~ " " ~ model) %}
{%- endfor %}
{%- endfor %}

select
    indicator_code,
    kind
from {{ ref('indicators') }}
where
    kind || ' model.shihyo.int_indicators__' || indicator_code not in (select unnest({{ sql_list(lines) }}))
    and 'model.shihyo.int_indicators__' || indicator_code
    not in (select unnest({{ sql_list(graph.nodes["model.shihyo.int_indicators_unioned"].depends_on.nodes if execute else []) }}))
