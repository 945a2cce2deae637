-- A model that nobody selects from would be an indicator that nobody sees.
select indicators.indicator_code
from {{ ref('indicators') }} as indicators
left join (
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.name == 'int_indicators_unioned' %}
        {% for upstream in node.depends_on.nodes %}
            select '{{ upstream.split(".")[-1] | replace("int_indicators__", "") }}' as indicator_code
            {{ "union all" if not loop.last }}
        {% endfor %}
    {% endfor %}
) as unioned
    on indicators.indicator_code = unioned.indicator_code
where unioned.indicator_code is null
