{#- Final months that a series needs before it is forecast: the shortest for which the tests show
    that the intervals hold. -#}
{% macro months_needed_to_forecast() -%} 24 {%- endmacro %}
