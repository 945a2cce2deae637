-- The rows that every figure counts, one line each; the four milestones are one. An indicator without a line has a receipt without rows.
with

unioned as (
    select * from {{ ref('int_counted_rows__online_procedures') }}
    union all
    select * from {{ ref('int_counted_rows__nocode_applications') }}
    union all
    select * from {{ ref('int_counted_rows__visualisation_usage_rate') }}
    union all
    select * from {{ ref('int_counted_rows__specialists_hired') }}
    union all
    select * from {{ ref('int_counted_rows__training_participants') }}
    union all
    select * from {{ ref('int_counted_rows__milestones') }}
)

select * from unioned
