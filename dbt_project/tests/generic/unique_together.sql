{#- The columns together name one row. -#}
{% test unique_together(model, key_columns) %}

select {{ key_columns | join(', ') }}
from {{ model }}
group by all
having count(*) > 1

{% endtest %}
