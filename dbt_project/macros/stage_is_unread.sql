{#- Whether what holds a stage back leaves open whether it is done. -#}
{% macro stage_is_unread(reason_codes) -%}
    list_has_any(
        {{ reason_codes }},
        ['unknown_stage_status', 'bad_completed_on', 'done_without_a_day', 'done_and_not_complete', 'future_completed_on']
    )
{%- endmacro %}
