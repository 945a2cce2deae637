{{ config(materialized='view') }}

-- People who attended a course in a fiscal year: for each, the row of the first attendance. Nothing of the row tells who it is, nor how often, nor
-- of which department: `what` is the day of the course.
with

years as (
    select * from {{ ref('int_city_years_standing') }}
    where indicator_code = 'training_participants'
),

first_attendances as (
    select
        years.fiscal_year,
        attendances.item_id,
        attendances.sheet_name,
        attendances.source_row,
        attendances.sheet_row,
        attendances.attended_on
    from {{ ref('stg_training_rosters__attendances') }} as attendances
    inner join {{ ref('int_items_standing') }} as items on attendances.item_id = items.item_id
    inner join years on attendances.attended_on between years.period_start and years.period_end
    where attendances.has_attended
    qualify
        row_number() over (
            partition by years.fiscal_year, attendances.user_pseudonym
            order by attendances.attended_on, items.item_key, attendances.source_row
        ) = 1
),

counted_rows as (
    select
        'training_participants' as indicator_code,
        fiscal_year,
        'numerator' as part,
        item_id,
        sheet_name,
        source_row,
        sheet_row,
        cast(attended_on as varchar) as what,
        1 as counts,
        cast(null as bigint) as rows_behind
    from first_attendances
    union all
    {{ city_as_denominator('training_participants') }}
)

select * from counted_rows
