-- A build works on a candidate that no reader sees, so a table or a view need not be made beside an
-- old one and take over its name, as by dbt's own materializations: that was a tenth of a build
-- (November 2026). A Python model may read the table that it replaces, and is made beside it.

{% materialization table, adapter="duckdb", supported_languages=["sql", "python"] %}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- if model["language"] == "python" -%}
        {%- set made = make_intermediate_relation(target_relation) -%}
    {%- else -%}
        {%- set made = target_relation -%}
        {{- drop_in_transaction(load_cached_relation(this)) -}}
    {%- endif -%}
    {% call statement("main", language=model["language"]) -%}
        {{- create_table_as(False, made, compiled_code, model["language"]) -}}
    {%- endcall %}
    {%- if model["language"] == "python" -%}
        {{- drop_relation_if_exists(load_cached_relation(this)) -}}
        {{- adapter.rename_relation(made, target_relation) -}}
    {%- endif -%}
    {{- adapter.commit() -}}
    {{- return({"relations": [target_relation]}) -}}
{% endmaterialization %}


{% materialization view, adapter="duckdb" %}
    {%- set target_relation = this.incorporate(type="view") -%}
    {{- drop_in_transaction(load_cached_relation(this)) -}}
    {% call statement("main") -%}
        {{- get_create_view_as_sql(target_relation, sql) -}}
    {%- endcall %}
    {{- adapter.commit() -}}
    {{- return({"relations": [target_relation]}) -}}
{% endmaterialization %}


-- What fails after it is rolled back, and the old relation stays.
{% macro drop_in_transaction(relation) %}
    {% if relation is not none %}
        {% call statement("drop") -%}
            drop {{ relation.type }} {{ relation }}
        {%- endcall %}
    {% endif %}
{% endmacro %}
