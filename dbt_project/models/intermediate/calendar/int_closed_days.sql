-- The days on which the city's offices are closed: the seed's, and in the years after its last one
-- the public holidays and the days between the years (by the city's ordinance), so that no holiday
-- is taken for a working day because nobody has entered it. One row per day.
with

entered_days as (
    select
        closed_date,
        true as is_entered
    from {{ ref('closed_days') }}
),

last_entered as (
    select max(year(closed_date)) as last_year from entered_days
),

years as (
    select cast(unnest(range(last_entered.last_year + 1, year(run_contexts.as_of) + 2)) as integer) as year
    from last_entered
    cross join {{ ref('stg_night__run_contexts') }} as run_contexts
),

public_holidays as (
    select holidays.holiday_date as closed_date
    from {{ ref('int_public_holidays') }} as holidays
    inner join years on year(holidays.holiday_date) = years.year
),

office_days as (
    select unnest([(1, 2), (1, 3), (12, 29), (12, 30), (12, 31)]) as listed
),

days_between_years as (
    select make_date(years.year, office_days.listed[1], office_days.listed[2]) as closed_date
    from years
    cross join office_days
),

later_days as (
    select closed_date from public_holidays
    union
    select closed_date from days_between_years
),

closed_days as (
    select * from entered_days
    union all
    select
        closed_date,
        false as is_entered
    from later_days
)

select * from closed_days
