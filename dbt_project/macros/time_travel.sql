{#- The day until which stands what has not ended yet. -#}
{% macro no_end() -%}
    date '9999-12-31'
{%- endmacro %}

{#- Whether a row was known on a day: `known_to` is the first day on which it was not, and never
    null. -#}
{% macro known_on(day, relation) -%}
    {{ day }} >= {{ relation }}.known_from and {{ day }} < {{ relation }}.known_to
{%- endmacro %}
