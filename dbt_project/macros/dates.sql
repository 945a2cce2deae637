{#- Fiscal year of a date: FY2023 is 2023-04-01 to 2024-03-31. -#}
{% macro fiscal_year_of(date_column) -%}
    cast(year({{ date_column }} - interval 3 month) as integer)
{%- endmacro %}

{#- A date written by a municipal system, null when it is none. -#}
{% macro municipal_date(text_column) -%}
    cast(try_strptime(trim({{ text_column }}), ['%Y/%m/%d', '%Y-%m-%d', '%Y%m%d', '%Y.%m.%d', '%Y年%m月%d日']) as date)
{%- endmacro %}
