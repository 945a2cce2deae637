{#- The day until which stands what has not ended yet. -#}
{% macro no_end() -%}
    date '9999-12-31'
{%- endmacro %}

{#- Whether a row was known on a day: `known_to` is the first day on which it was not, and never
    null below the marts. -#}
{% macro known_on(day, relation) -%}
    {{ day }} >= {{ relation }}.known_from and {{ day }} < {{ relation }}.known_to
{%- endmacro %}

{#- The day on which the next row of one key is known: the `known_to` of a row. -#}
{% macro next_known_from(key) -%}
    lead(known_from, 1, {{ no_end() }}) over (partition by {{ key }} order by known_from)
{%- endmacro %}

{#- Whether a row says anything else in some columns than the one before it of the same key. Of
    equal neighbours the first one stands for all. -#}
{% macro differs_from_the_row_before(columns, key) -%}
    row({{ columns }}) is distinct from lag(row({{ columns }})) over (partition by {{ key }} order by known_from)
{%- endmacro %}

{#- In a mart, the end of what has not ended yet is null. -#}
{% macro null_while_open(day) -%}
    nullif({{ day }}, {{ no_end() }})
{%- endmacro %}

{#- The days on which a definition of an indicator explains its figures: from the first of its days
    until the next one takes effect; the first one explains what was before it, too. Over the window
    `same_indicator`, which orders the seed's rows of an indicator by `valid_from`. -#}
{% macro in_force_days() -%}
    case when lag(valid_from) over same_indicator is null then date '0001-01-01' else valid_from end as in_force_from,
    lead(valid_from, 1, {{ no_end() }}) over same_indicator as in_force_to
{%- endmacro %}
