{{ config(materialized='view') }}

-- Tasks with an application begun or in use on the day to which a fiscal year is measured: for each, the record of the first begun of its
-- applications that are open.
with

years as (
    select * from {{ ref('int_city_years_standing') }}
    where indicator_code = 'nocode_applications'
),

open_records as (
    select
        years.fiscal_year,
        records.item_id,
        records.task_code,
        records.source_row,
        records.begins_on
    from {{ ref('stg_nocode_apps__records') }} as records
    inner join {{ ref('int_items_standing') }} as items on records.item_id = items.item_id
    inner join years
        on
            records.begins_on <= years.measured_to
            and coalesce(records.retired_on, date '9999-12-31') > years.measured_to
    where records.status != '構想'
),

open_tasks as (
    select
        fiscal_year,
        item_id,
        task_code,
        arg_min(source_row, (begins_on, source_row)) as source_row,
        count(*) as rows_behind
    from open_records
    group by fiscal_year, item_id, task_code
),

counted_rows as (
    select
        'nocode_applications' as indicator_code,
        fiscal_year,
        'numerator' as part,
        item_id,
        cast(null as varchar) as sheet_name,
        source_row,
        cast(null as bigint) as sheet_row,
        task_code as what,
        1 as counts,
        rows_behind
    from open_tasks
    union all
    {{ city_as_denominator('nocode_applications') }}
)

select * from counted_rows
