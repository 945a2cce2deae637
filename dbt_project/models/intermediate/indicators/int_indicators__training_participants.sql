{{ config(materialized='view') }}

-- People who attended a course, by the department that the roster names. Each counts once in a
-- month and once in a fiscal year. A row of somebody who was absent throughout has no thing: it
-- tells of its year and counts nobody. Nothing that a receipt shows of a row tells who it is, nor
-- how often, nor of which department: `what` is the day of the course.
with

landed_items as (
    {{ effective_items('training_rosters') }}
),

contributions as (
    select
        'training_participants' as indicator_code,
        attendances.item_id,
        attendances.sheet_name,
        org_units.org_unit_code,
        case when attendances.has_attended then attendances.user_pseudonym end as thing,
        cast(attendances.attended_on as varchar) as what,
        attendances.source_row,
        attendances.sheet_row,
        case when attendances.has_attended then 1 end as amount,
        cast(null as bigint) as rows_behind,
        true as is_counted_once,
        attendances.attended_on as happened_on,
        landed_items.known_from,
        landed_items.known_to
    from {{ ref('stg_training_rosters__attendances') }} as attendances
    inner join landed_items on attendances.item_id = landed_items.item_id
    left join {{ ref('int_org_unit_lineages') }} as org_units
        on
            attendances.department_name = org_units.name_ja
            and attendances.attended_on >= org_units.valid_from
            and attendances.attended_on <= coalesce(org_units.valid_to, {{ no_end() }})
)

select * from contributions
