-- Which roster says where people were posted in a month, as it was known at the time: the month's
-- own, else the nearest earlier one, else the nearest later one. A roster of no month
-- (names were once read with less care) says it of none. Of two rosters of one month the one that
-- is known later stands. What would have been chosen before the access log reports the month is
-- left out: nothing can be counted by it, and it grows with the square of the months.
with

rosters as (
    select
        item_id,
        cast(date_trunc('month', business_date) as date) as roster_month,
        known_from,
        known_to
    from {{ ref('stg_night__landed_items') }}
    where source_name = 'staff_roster' and is_effective and business_date >= date '2000-01-01'
),

months as (
    select
        month_start,
        known_from
    from {{ ref('int_access_log_months') }}
),

change_days as (
    select known_from as changed_on from rosters
    union
    select known_to as changed_on from rosters
),

chosen as (
    select
        months.month_start,
        change_days.changed_on as known_from,
        arg_max(
            rosters.item_id,
            (
                case
                    when rosters.roster_month <= months.month_start then date_diff('day', date '0001-01-01', rosters.roster_month)
                    else date_diff('day', rosters.roster_month, date '0001-01-01')
                end,
                rosters.known_from,
                rosters.item_id
            )
        ) as item_id
    from months
    cross join change_days
    inner join rosters on {{ known_on('change_days.changed_on', 'rosters') }}
    group by months.month_start, change_days.changed_on
),

changes as (
    select *
    from chosen
    qualify {{ differs_from_the_row_before('item_id', 'month_start') }}
),

dated as (
    select
        month_start,
        item_id,
        known_from,
        {{ next_known_from('month_start') }} as known_to
    from changes
),

since_the_log_reports as (
    select dated.*
    from dated
    inner join months on dated.month_start = months.month_start
    where dated.known_to > months.known_from
)

select * from since_the_log_reports
