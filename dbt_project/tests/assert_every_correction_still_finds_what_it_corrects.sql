select
    correction_id,
    concat(
        'correction ', correction_id, ' of ', source_name, ' ', item_key, ', row ', source_row, ', ', column_name,
        ': it expects ', coalesce('''' || left(recorded_value, 60) || '''', 'an empty cell'),
        ' and finds ', coalesce('''' || left(found_value, 60) || '''', 'an empty cell or no row')
    ) as finding,
    'if the source is mended, remove the line from dbt_project/seeds/corrections.csv; if the row has moved, give the row where it stands now'
        as next_step
from {{ ref('int_corrections_judged') }}
where standing = 'not_found'
order by correction_id
