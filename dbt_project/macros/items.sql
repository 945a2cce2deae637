{#- The deliveries of a source that a passing night has shown, each with the days from and until which it was known. -#}
{% macro effective_items(source_name) -%}
    select
        item_id,
        known_from,
        coalesce(known_to, date '9999-12-31') as known_to
    from {{ ref('stg_night__landed_items') }}
    where source_name = '{{ source_name }}' and is_effective
{%- endmacro %}

{#- The days on which what those deliveries tell may have changed. -#}
{% macro item_knots(items) -%}
    select known_from as knot from {{ items }}
    union
    select known_to as knot from {{ items }}
    where known_to < date '9999-12-31'
{%- endmacro %}
