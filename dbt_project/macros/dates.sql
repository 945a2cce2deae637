{#- Fiscal year of a date: FY2023 is 2023-04-01 to 2024-03-31. -#}
{% macro fiscal_year_of(date_column) -%}
    cast(year({{ date_column }} - interval 3 month) as integer)
{%- endmacro %}
