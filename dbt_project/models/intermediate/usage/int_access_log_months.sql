-- One row per month that the access log reports anything of: before that, a rate is unknown and
-- not zero.
with

landed_items as (
    select
        item_id,
        known_from
    from {{ ref('stg_night__landed_items') }}
    where source_name = 'access_log' and is_effective
),

user_days as (
    select
        item_id,
        cast(date_trunc('month', access_date) as date) as month_start
    from {{ ref('int_access_log_user_days') }}
),

months as (
    select
        user_days.month_start,
        last_day(user_days.month_start) as month_end,
        min(landed_items.known_from) as known_from
    from user_days
    inner join landed_items on user_days.item_id = landed_items.item_id
    group by user_days.month_start
)

select * from months
