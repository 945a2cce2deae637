{{ config(materialized='incremental', incremental_strategy='rows_of_items') }}

-- Every row of every roster, typed: its dates are read once, and not every night anew. What the
-- departments' seed says of a row is asked afterwards.
with

landed_rows as (
    select * from {{ landed_rows('staff_roster', only_new=true) }}
),

typed as (
    select
        item_id,
        _source_row as source_row,
        user_pseudonym,
        sheet_name,
        trim(department_name) as department_name,
        {{ municipal_date('posted_from') }} as posted_from,
        {{ municipal_date('posted_to') }} as posted_to,
        trim(coalesce(posted_to, '')) as posted_to_text,
        {{ row_text('staff_roster') }} as row_text
    from landed_rows
)

select * from typed
