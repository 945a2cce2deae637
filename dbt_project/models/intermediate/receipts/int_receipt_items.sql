-- The landed items that a figure is counted from, whether or not a row of theirs was counted in the
-- end: of the access log the days of the measured month, of the rosters the one chosen for it, of
-- the lists of people those with a row of the fiscal year, of anything else what stands. An
-- indicator whose rows are not listed is given all that stands of its sources. One row per
-- indicator, fiscal year and item.
with

standing_items as (
    select * from {{ ref('int_items_standing') }}
),

counted_items as (
    select distinct
        indicator_code,
        fiscal_year,
        item_id
    from {{ ref('int_counted_rows_unioned') }}
),

asked as (
    select
        city_years.indicator_code,
        city_years.fiscal_year,
        city_years.period_start,
        city_years.period_end,
        cast(date_trunc('month', city_years.measured_to) as date) as month_start,
        sources.source_name,
        city_years.indicator_code in (select counted_items.indicator_code from counted_items) as has_counted_rows
    from {{ ref('int_city_years_standing') }} as city_years
    inner join {{ ref('indicator_sources') }} as sources on city_years.indicator_code = sources.indicator_code
    where sources.source_name != 'policy_pages'
),

log_items as (
    select distinct
        asked.indicator_code,
        asked.fiscal_year,
        user_days.item_id
    from {{ ref('int_access_log_user_days') }} as user_days
    inner join asked on date_trunc('month', user_days.access_date) = asked.month_start
    where asked.source_name = 'access_log' and asked.has_counted_rows
),

roster_items as (
    select
        asked.indicator_code,
        asked.fiscal_year,
        rosters.item_id
    from asked
    inner join {{ ref('int_roster_months_chosen') }} as rosters on asked.month_start = rosters.month_start
    inner join {{ ref('stg_night__run_contexts') }} as run_contexts
        on {{ known_on('run_contexts.as_of', 'rosters') }}
    where asked.source_name = 'staff_roster' and asked.has_counted_rows
),

listed_days as (
    select distinct
        'training_rosters' as source_name,
        item_id,
        attended_on as happened_on
    from {{ ref('stg_training_rosters__attendances') }}
    union all
    select distinct
        'specialists' as source_name,
        item_id,
        hired_on as happened_on
    from {{ ref('stg_specialists__hires') }}
),

list_items as (
    select distinct
        asked.indicator_code,
        asked.fiscal_year,
        listed_days.item_id
    from asked
    inner join listed_days
        on
            asked.source_name = listed_days.source_name
            and listed_days.happened_on between asked.period_start and asked.period_end
    where asked.has_counted_rows
),

whole_sources as (
    select
        asked.indicator_code,
        asked.fiscal_year,
        standing_items.item_id
    from asked
    inner join standing_items on asked.source_name = standing_items.source_name
    where not asked.has_counted_rows or asked.source_name not in ('access_log', 'staff_roster', 'training_rosters', 'specialists')
),

read_items as (
    select * from counted_items
    union
    select * from log_items
    union
    select * from roster_items
    union
    select * from list_items
    union
    select * from whole_sources
),

receipt_items as (
    select read_items.*
    from read_items
    inner join standing_items on read_items.item_id = standing_items.item_id
)

select * from receipt_items
