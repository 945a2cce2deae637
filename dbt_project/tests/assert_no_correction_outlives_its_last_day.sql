select
    correction_id,
    concat(
        'correction ', correction_id, ' of ', source_name, ' ', item_key, ', row ', source_row, ', ', column_name,
        ': it was to stand until ', valid_until
    ) as finding,
    'remove the line from dbt_project/seeds/corrections.csv, or agree on a later day with ' || declared_by as next_step
from {{ ref('int_corrections_judged') }}
where standing = 'expired'
order by correction_id
