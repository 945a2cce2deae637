{#- The code of the whole city among the org units. -#}
{% macro city_code() -%}
    '271004'
{%- endmacro %}
