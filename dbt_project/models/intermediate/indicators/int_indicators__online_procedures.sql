{{ config(materialized='view') }}

-- Administrative procedures that can be done online: open from their registration to their
-- retirement, and again from their re-opening; for each department, and for the city, where a
-- procedure of several departments counts once, by the first of the rows that tell a change. Each
-- change is open until the next one; a retirement is not open at all. Of changes on one day the
-- one that leaves the procedure open stands last.
with

status_changes as (
    select
        item_id,
        department_name,
        procedure_id,
        status,
        changed_on,
        false as is_city,
        min(source_row) as source_row,
        count(*) as rows_behind
    from {{ ref('stg_procedures__status_changes') }}
    group by item_id, department_name, procedure_id, status, changed_on
    union all
    select
        item_id,
        cast(null as varchar) as department_name,
        procedure_id,
        status,
        changed_on,
        true as is_city,
        min(source_row) as source_row,
        count(*) as rows_behind
    from {{ ref('stg_procedures__status_changes') }}
    group by item_id, procedure_id, status, changed_on
),

followed as (
    select
        *,
        lead(changed_on, 1, {{ no_end() }}) over (
            partition by item_id, is_city, department_name, procedure_id
            order by changed_on, list_position(['registered', 'retired', 'reopened'], status)
        ) as next_changed_on
    from status_changes
),

contributions as (
    select
        'online_procedures' as indicator_code,
        item_id,
        department_name,
        procedure_id as thing,
        procedure_id as what,
        source_row,
        1 as amount,
        rows_behind,
        is_city,
        changed_on as open_from,
        case when status = 'retired' then changed_on else next_changed_on end as open_to
    from followed
)

select * from contributions
