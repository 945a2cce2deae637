{#- The denominator of a count for the whole city: one, the city, as the indicator's line in the seed defines it. One row per fiscal year of a CTE
    `years`, in the shape of the counted rows. -#}
{% macro city_as_denominator(indicator_code) -%}
    select
        '{{ indicator_code }}' as indicator_code,
        years.fiscal_year,
        'denominator' as part,
        'seeds/indicators.csv' as item_id,
        cast(null as varchar) as sheet_name,
        seed_lines.seed_line as source_row,
        cast(null as bigint) as sheet_row,
        '271004' as what,
        1 as counts,
        cast(1 as bigint) as rows_behind
    from years
    inner join {{ ref('int_seed_lines') }} as seed_lines
        on
            seed_lines.seed_file = 'indicators.csv'
            and seed_lines.seed_key = '{{ indicator_code }}'
{%- endmacro %}
