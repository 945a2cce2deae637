{#- Declared corrections (seeds/corrections.csv), applied where landed rows are read. All is decided while compiling, so that a source without
    corrections reads its rows as they are. What is no column of the contract, or a personal one, is never replaced; a test names it. -#}

{#- The `replace` of a select from landed_rows and landed_items: the corrected columns of a source, those that are landed twice in both forms. -#}
{% macro corrected_columns(source_name) -%}
    {%- set corrections = ref('corrections') -%}
    {%- set corrected = [] -%}
    {%- if execute and load_relation(corrections) and load_relation(source('night', 'contract_columns')) -%}
        {%- set query -%}
            select
                contract_columns.column_name,
                contract_columns.shown_name,
                string_agg(
                    'when landed_rows._source_row = ' || corrections.source_row
                    || ' and landed_items.item_key = ' || {{ quoted('corrections.item_key') }}
                    || ' and coalesce(landed_rows.' || contract_columns.shown_name || ', '''') = '
                    || {{ quoted("coalesce(corrections.recorded_value, '')") }}
                    || ' then ' || coalesce({{ quoted("nullif(corrections.corrected_value, '')") }}, 'null'),
                    ' ' order by corrections.correction_id
                ) as branches
            from {{ corrections }} as corrections
            inner join {{ source('night', 'contract_columns') }} as contract_columns
                on corrections.source_name = contract_columns.source_name and corrections.column_name = contract_columns.column_name
            where corrections.source_name = '{{ source_name }}' and not contract_columns.is_personal
            group by contract_columns.column_name, contract_columns.shown_name
            order by contract_columns.column_name
        {%- endset -%}
        {%- for column_name, shown_name, branches in run_query(query).rows -%}
            {%- for name in [column_name, shown_name] | unique -%}
                {%- do corrected.append("case " ~ branches ~ " else landed_rows." ~ name ~ " end as " ~ name) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ "replace (" ~ corrected | join(", ") ~ ")" if corrected }}
{%- endmacro %}

{% macro quoted(text) -%}
    '''' || replace({{ text }}, '''', '''''') || ''''
{%- endmacro %}

{#- Items whose corrections are other ones than those that the published warehouse was built with: what it holds of them is read anew. -#}
{% macro items_corrected_otherwise(corrections) -%}
    {%- set compared = "correction_id, source_name, item_key, source_row, column_name, recorded_value, corrected_value" -%}
    (
        select source_name, item_key
        from (select {{ compared }} from {{ corrections }} except select {{ compared }} from {{ source('night', 'published_corrections') }})
        union
        select source_name, item_key
        from (select {{ compared }} from {{ source('night', 'published_corrections') }} except select {{ compared }} from {{ corrections }})
    )
{%- endmacro %}

{#- Which items of night.landed_items tonight's incremental models read: new ones, those that are corrected otherwise, and all of a source whose
    models were edited; `corrections` is the seed's relation. -#}
{% macro is_read_tonight(corrections) -%}
    {%- if flags.FULL_REFRESH -%}
        true
    {%- elif execute and load_relation(corrections) and load_relation(source('night', 'published_corrections'))
        and load_relation(source('night', 'models_read_again')) -%}
        (
            is_new
            or (source_name, item_key) in {{ items_corrected_otherwise(corrections) }}
            or source_name in (
                select models_read_again.source_name from {{ source('night', 'models_read_again') }} as models_read_again
                where models_read_again.source_name is not null
            )
        )
    {%- else -%}
        is_new
    {%- endif -%}
{%- endmacro %}

{#- The strategy of incremental models that hold what one landed item determines: rows of new items are added, and rows of items whose
    corrections have changed are replaced, also where an item has none any more. On other nights nothing is searched for. -#}
{% macro get_incremental_rows_of_items_sql(arg_dict) -%}
    {#- By its name: a reference of each model to the seed would have to be given in each of their unit tests. Their base views refer to it. -#}
    {%- set seed = graph.nodes['seed.shihyo.corrections'] -%}
    {%- set corrections = api.Relation.create(database=seed.database, schema=seed.schema, identifier=seed.alias) -%}
    {%- set read_again = [] -%}
    {%- set found = run_query(
        "select item_id from " ~ source('night', 'landed_items') ~ " where not is_new and " ~ is_read_tonight(corrections) ~ " order by item_id"
    ) -%}
    {%- do read_again.extend(found.columns[0].values()) -%}
    {%- if read_again -%}
    delete from {{ arg_dict['target_relation'] }} where item_id in (select unnest({{ sql_list(read_again) }}));
    {%- endif %}
    {{ get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns']) }}
{%- endmacro %}

{#- The strategy of an incremental model whose view gives more than new items: what it gives takes the
    place of what was held of the same items. -#}
{% macro get_incremental_items_read_sql(arg_dict) -%}
    delete from {{ arg_dict['target_relation'] }}
    where item_id in (select item_id from {{ arg_dict['temp_relation'] }});
    {{ get_incremental_rows_of_items_sql(arg_dict) }}
{%- endmacro %}

{#- The sources with corrected items that are read tonight; for each the columns that are corrected and those that hold them as written. -#}
{% macro corrected_sources() -%}
    {%- set corrections = ref('corrections') -%}
    {%- set sources = {} -%}
    {%- if execute and load_relation(corrections) and load_relation(source('night', 'contract_columns')) -%}
        {%- set query -%}
            select distinct contract_columns.source_name, contract_columns.column_name, contract_columns.shown_name
            from {{ corrections }} as corrections
            inner join {{ source('night', 'contract_columns') }} as contract_columns
                on corrections.source_name = contract_columns.source_name and corrections.column_name = contract_columns.column_name
            where not contract_columns.is_personal and (corrections.source_name, corrections.item_key) in (
                select source_name, item_key from {{ source('night', 'landed_items') }} where {{ is_read_tonight(corrections) }}
            )
            order by all
        {%- endset -%}
        {%- for source_name, column_name, shown_name in run_query(query).rows -%}
            {%- do sources.setdefault(source_name, {}).update({column_name: shown_name}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(sources) }}
{%- endmacro %}

{#- The files of those items. -#}
{% macro corrected_paths(source_name) -%}
    {%- set found = run_query(
        "select path from " ~ source('night', 'contracts') ~ " where source_name = '" ~ source_name ~ "' union all"
        ~ " select data_path from " ~ source('night', 'landed_items') ~ " where source_name = '" ~ source_name ~ "' and " ~ is_read_tonight(ref('corrections'))
        ~ " and item_key in (select item_key from " ~ ref('corrections') ~ " where source_name = '" ~ source_name ~ "') order by all"
    ) -%}
    {{ sql_list(found.columns[0].values()) }}
{%- endmacro %}
