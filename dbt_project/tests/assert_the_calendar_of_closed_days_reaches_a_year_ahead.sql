{{ config(severity='warn') }}

-- A reminder and no reason to stop: later days follow from the law until somebody has entered them,
-- days of exceptional closure do not.
select
    'seeds/closed_days.csv ends on ' || max(closed_days.closed_date) as finding,
    'enter the closed days of the next years in dbt_project/seeds/closed_days.csv' as next_step
from {{ ref('closed_days') }} as closed_days
cross join {{ ref('stg_night__run_contexts') }} as run_contexts
having max(closed_days.closed_date) < any_value(run_contexts.as_of) + interval 1 year
