{#- Whether a row of what ratios count is of a month that has to be worked out: every month but those
    that `kept`, the table of earlier nights, holds under their digest of tonight. Named one by one,
    so that the days of the other months are left out before they are joined. -#}
{% macro is_in_a_month_to_work_out(digests, kept) -%}
    {%- set months_kept = {} -%}
    {%- if execute and load_relation(digests) and load_relation(kept) -%}
        {%- set found = run_query(
            "select distinct indicator_code, month_start from " ~ kept ~ " semi join " ~ digests
            ~ " using (indicator_code, month_start, digest) order by all"
        ) -%}
        {%- for indicator_code, month_start in found.rows -%}
            {%- do months_kept.setdefault(indicator_code, []).append(month_start) -%}
        {%- endfor -%}
    {%- endif -%}
    true
    {%- for indicator_code, months in months_kept.items() %}
        and not (indicator_code = '{{ indicator_code }}' and month_start in {{ listed_days(months) }})
    {%- endfor -%}
{%- endmacro %}

{#- Whether a row of what ratios count is of a month to which a year is measured; named as well. -#}
{% macro is_in_a_month_that_years_show(years) -%}
    {%- if execute and load_relation(years) -%}
        {%- set found = run_query(
            "select distinct cast(date_trunc('month', measured_to) as date) from " ~ years ~ " where measured_to is not null order by all"
        ) -%}
        {{- "month_start in " ~ listed_days(found.columns[0].values()) if found.rows else "false" -}}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{% macro listed_days(days) -%}
    ({% for day in days %}date '{{ day }}'{{ ", " if not loop.last }}{% endfor %})
{%- endmacro %}

{#- The strategy of an incremental model whose view gives all of its rows: those among them that it
    held already are taken from itself. -#}
{% macro get_incremental_rows_taken_over_sql(arg_dict) -%}
    delete from {{ arg_dict['target_relation'] }};
    {{ get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns']) }}
{%- endmacro %}
