{#- A row as its owner may be told it: every column of the contract with its heading, as it was written; of personal ones only whether
    there is something. The columns are those of night.contract_columns. -#}
{% macro row_told(source_name) -%}
    {%- set told = [] -%}
    {%- if execute and load_relation(source('night', 'contract_columns')) -%}
        {%- set columns = run_query(
            "select heading, shown_name, is_personal from " ~ source('night', 'contract_columns')
            ~ " where source_name = '" ~ source_name ~ "' and heading not like '(%' order by position"
        ) -%}
        {%- for heading, shown_name, is_personal in columns.rows -%}
            {%- set value = "case when landed_rows." ~ shown_name ~ " is not null then '＊' end" if is_personal
                else "left(landed_rows." ~ shown_name ~ ", 200)" -%}
            {%- do told.append("'" ~ heading ~ ": ' || coalesce(" ~ value ~ ", '')") -%}
        {%- endfor -%}
    {%- endif -%}
    {{ "concat_ws(' | ', " ~ told | join(', ') ~ ")" if told else "cast(null as varchar)" }}
{%- endmacro %}
