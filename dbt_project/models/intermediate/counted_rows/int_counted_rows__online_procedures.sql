{{ config(materialized='view') }}

-- Procedures that are open on the day to which a fiscal year is measured: for each, the row of its latest change, which leaves it open. A joint
-- procedure counts once, by the first of the rows that tell that change.
with

years as (
    select * from {{ ref('int_city_years_standing') }}
    where indicator_code = 'online_procedures'
),

status_changes as (
    select
        status_changes.item_id,
        status_changes.procedure_id,
        status_changes.status,
        status_changes.changed_on,
        min(status_changes.source_row) as source_row,
        count(*) as rows_behind
    from {{ ref('stg_procedures__status_changes') }} as status_changes
    inner join {{ ref('int_items_standing') }} as items on status_changes.item_id = items.item_id
    group by status_changes.item_id, status_changes.procedure_id, status_changes.status, status_changes.changed_on
),

latest_changes as (
    select
        years.fiscal_year,
        status_changes.*
    from years
    inner join status_changes on years.measured_to >= status_changes.changed_on
    qualify
        row_number() over (
            partition by years.fiscal_year, status_changes.item_id, status_changes.procedure_id
            order by
                status_changes.changed_on desc,
                list_position(['registered', 'retired', 'reopened'], status_changes.status) desc
        ) = 1
),

counted_rows as (
    select
        'online_procedures' as indicator_code,
        fiscal_year,
        'numerator' as part,
        item_id,
        cast(null as varchar) as sheet_name,
        source_row,
        cast(null as bigint) as sheet_row,
        procedure_id as what,
        1 as counts,
        rows_behind
    from latest_changes
    where status != 'retired'
    union all
    {{ city_as_denominator('online_procedures') }}
)

select * from counted_rows
