{#- None of the columns is ever null: one row per column that is, with how often. One query for a
    table, where a test for each column was half of all nodes of a night (2026-11). -#}
{% test never_null(model, column_names) %}

select
    column_name,
    null_count
from (
    unpivot (
        select
            {% for name in column_names %}
            count(*) filter (where {{ name }} is null) as {{ name }}{{ "," if not loop.last }}
            {% endfor %}
        from {{ model }}
    )
    on columns(*) into name column_name value null_count
)
where null_count > 0

{% endtest %}
