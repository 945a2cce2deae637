-- What the cells that corrections name hold as they were landed: of new items, and of those whose
-- corrections have changed. One branch for each source that has such items.
{%- set sources = corrected_sources() %}

with

cells as (
    {% for source_name, written_columns in sources.items() -%}
    select
        corrections.correction_id,
        landed_items.item_id,
        case corrections.column_name
            {% for column_name, shown_name in written_columns.items() -%}
            when '{{ column_name }}' then landed_rows.{{ shown_name }}
            {% endfor -%}
        end as found_value
    from read_parquet({{ corrected_paths(source_name) }}, union_by_name = true, filename = true) as landed_rows
    inner join {{ source('night', 'landed_items') }} as landed_items on landed_rows.filename = landed_items.data_path
    inner join {{ ref('corrections') }} as corrections
        on
            landed_items.source_name = corrections.source_name
            and landed_items.item_key = corrections.item_key
            and landed_rows._source_row = corrections.source_row
    {% if not loop.last %}union all{% endif %}
    {% else -%}
    select
        cast(null as varchar) as correction_id,
        cast(null as varchar) as item_id,
        cast(null as varchar) as found_value
    where false
    {% endfor -%}
)

select * from cells
