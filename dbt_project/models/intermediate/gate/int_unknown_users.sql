-- How much of the use of the last two months is by people whom the month's roster does not know:
-- contractors, and a sign of another notation of user names. Their use counts for no department.
-- One row per month.
with

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

standing_items as (
    select item_id
    from {{ ref('stg_night__landed_items') }}
    where source_name = 'access_log' and known_to = {{ no_end() }}
),

uses as (
    select
        user_days.user_pseudonym,
        cast(date_trunc('month', user_days.access_date) as date) as month_start,
        sum(user_days.use_count) as use_count
    from {{ ref('int_access_log_user_days') }} as user_days
    inner join standing_items on user_days.item_id = standing_items.item_id
    cross join run_contexts
    where user_days.access_date > run_contexts.as_of - 62 and user_days.use_count > 0
    group by all
),

known_users as (
    select distinct
        rosters.month_start,
        postings.user_pseudonym
    from {{ ref('int_roster_months_chosen') }} as rosters
    inner join {{ ref('stg_staff_roster__postings') }} as postings on rosters.item_id = postings.item_id
    where rosters.known_to = {{ no_end() }}
),

months as (
    select
        strftime(uses.month_start, '%Y-%m') as month_name,
        sum(uses.use_count) as use_count,
        coalesce(sum(uses.use_count) filter (where known_users.user_pseudonym is null), 0) as unknown_use_count
    from uses
    left join known_users
        on
            uses.month_start = known_users.month_start
            and uses.user_pseudonym = known_users.user_pseudonym
    group by uses.month_start
),

with_shares as (
    select
        *,
        unknown_use_count / use_count as unknown_share
    from months
)

select * from with_shares
