{#- The rows of a source's items that were held back: the first reason against each, and the row's
    text for its owner. -#}
{% macro rows_quarantined(base_model, sheet_name=none, only_new=false) -%}
    select
        item_id,
        source_row,
        reason_codes[1] as reason_code,
        row_text
        {%- if sheet_name %},
        {{ sheet_name }} as sheet_name
        {%- endif %}
    from {{ base_model }}
    where len(reason_codes) > 0
    {%- if only_new %} and is_new{% endif %}
{%- endmacro %}
