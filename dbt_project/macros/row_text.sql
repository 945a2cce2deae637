{#- A row's text for its owner: every column of the contract with its heading, as it was written; of
    a personal one only whether there is something. The columns are those of
    night.contract_columns. -#}
{% macro row_text(source_name) -%}
    {%- set cells = [] -%}
    {%- if execute and load_relation(source('night', 'contract_columns')) -%}
        {%- set columns = run_query(
            "select heading, shown_name, is_personal from " ~ source('night', 'contract_columns')
            ~ " where source_name = '" ~ source_name ~ "' and heading not like '(%' order by position"
        ) -%}
        {%- for heading, shown_name, is_personal in columns.rows -%}
            {%- set value = "case when landed_rows." ~ shown_name ~ " is not null then '＊' end" if is_personal
                else "left(landed_rows." ~ shown_name ~ ", 200)" -%}
            {%- do cells.append("'" ~ heading ~ ": ' || coalesce(" ~ value ~ ", '')") -%}
        {%- endfor -%}
    {%- endif -%}
    {{ "concat_ws(' | ', " ~ cells | join(', ') ~ ")" if cells else "cast(null as varchar)" }}
{%- endmacro %}
