{#- Of the rows of one key, no two are known at the same time, and none ends before it begins. -#}
{% test no_two_rows_at_once(model, key_columns) %}

select *
from (
    select
        *,
        lead(known_from) over (partition by {{ key_columns | join(', ') }} order by known_from) as next_known_from
    from {{ model }}
) as dated
where known_to <= known_from or known_to > next_known_from or known_from = next_known_from

{% endtest %}
