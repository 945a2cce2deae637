{#- The deliveries of a source that a passing night has shown, each with the days from and until
    which it counted. -#}
{% macro effective_items(source_name) -%}
    select
        item_id,
        counted_from as known_from,
        known_to
    from {{ ref('stg_night__landed_items') }}
    where source_name = '{{ source_name }}' and is_effective
{%- endmacro %}

{#- The days on which what the deliveries of an indicator's source report may have changed. -#}
{% macro days_of_deliveries() -%}
    select
        indicator_code,
        learned_on
    from (
        select
            indicators.indicator_code,
            unnest([landed_items.counted_from, landed_items.known_to]) as learned_on
        from {{ ref('int_indicators_in_force') }} as indicators
        inner join {{ ref('stg_night__landed_items') }} as landed_items on indicators.source_name = landed_items.source_name
        where landed_items.is_effective
    )
    where learned_on < {{ no_end() }}
{%- endmacro %}
