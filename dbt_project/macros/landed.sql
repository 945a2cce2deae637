{#- Rows of a source's landed items, straight from their Parquet files by an explicit list: the
    files are found in night.landed_items, and the contract's zero-row file comes first, so that a
    source with no items is an empty table. With only_new, the items that are new tonight or
    corrected otherwise (all of them on a full refresh); the rest is already in the incremental
    models. With and_standing, the latest delivery of each item too, for what is asked of its rows
    anew every night: an incremental model then adds the rows that is_new marks. -#}
{% macro landed_rows(source_name, only_new=false, and_standing=false) -%}
    (
        select
            landed_items.item_id,
            {{ is_read_tonight(ref('corrections')) }} as is_new,
            landed_rows.* exclude (filename) {{ corrected_columns(source_name) }}
        from read_parquet({{ landed_paths(source_name, only_new, and_standing) }}, union_by_name = true, filename = true) as landed_rows
        inner join {{ source('night', 'landed_items') }} as landed_items on landed_rows.filename = landed_items.data_path
    )
{%- endmacro %}

{% macro landed_paths(source_name, only_new, and_standing) -%}
    {%- if var('item_paths', none) == 'by_variable' -%}{{ return("getvariable('item_paths')") }}{%- endif -%}
    {%- set paths = [] -%}
    {%- if execute and load_relation(source('night', 'landed_items')) -%}
        {%- set found = run_query(
            "select path from " ~ source('night', 'contracts').render() ~ " where source_name = '" ~ source_name ~ "'"
        ) -%}
        {%- do paths.extend(found.columns[0].values()) -%}
        {%- set standing = "(select arg_max(item_id, (known_from, landed_at)) from " ~ source('night', 'landed_items')
            ~ " where known_from <= (select as_of from " ~ source('night', 'run_context') ~ ") group by source_name, item_key)" -%}
        {%- set found = run_query(
            "select data_path from " ~ source('night', 'landed_items') ~ " where source_name = '" ~ source_name ~ "'"
            ~ (" and (" ~ is_read_tonight(ref('corrections')) ~ (" or item_id in " ~ standing if and_standing else "") ~ ")" if only_new else "")
            ~ " order by data_path"
        ) -%}
        {%- do paths.extend(found.columns[0].values()) -%}
    {%- endif -%}
    {{ sql_list(paths) }}
{%- endmacro %}

{#- Rejected rows of every landed item that has some: row number, reason and a keyed hash, never the
    text. -#}
{% macro rejected_rows() -%}
    (
        select
            landed_items.item_id,
            rejected.source_row,
            rejected.reason_code,
            rejected.reason,
            rejected.row_hash
        from read_parquet({{ rejected_paths() }}, filename = true) as rejected
        inner join {{ source('night', 'landed_items') }} as landed_items on rejected.filename = landed_items.rejected_path
    )
{%- endmacro %}

{% macro rejected_paths() -%}
    {%- set paths = [] -%}
    {%- if execute and load_relation(source('night', 'landed_items')) -%}
        {%- set found = run_query(
            "select path from " ~ source('night', 'contracts').render() ~ " where source_name = 'rejected'"
            ~ " union all select rejected_path from " ~ source('night', 'landed_items') ~ " where rows_rejected > 0 order by all"
        ) -%}
        {%- do paths.extend(found.columns[0].values()) -%}
    {%- endif -%}
    {{ sql_list(paths) }}
{%- endmacro %}

{% macro sql_list(texts) -%}
    [{% for text in texts %}'{{ text | replace("'", "''") }}'{{ "," if not loop.last }}{% endfor %}]
{%- endmacro %}
