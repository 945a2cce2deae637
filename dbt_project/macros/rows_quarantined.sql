{#- The body of an incremental model that keeps which rows of a source's items were held back, and the first reason against each. -#}
{% macro rows_quarantined(base_model) -%}
    with

    rows_quarantined as (
        select
            item_id,
            source_row,
            reason_codes[1] as reason_code
        from {{ base_model }}
        where len(reason_codes) > 0
    )

    select * from rows_quarantined
{%- endmacro %}
