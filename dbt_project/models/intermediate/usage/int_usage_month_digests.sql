-- One row per month of the access log: a digest of all that says who used the environment in it,
-- which deliveries stand and when, what they say, and which rosters are chosen. What rests on it
-- alone need not be worked out again while it is the same. Departments are no part of it: they are
-- a seed, and an edited seed has everything worked out again.
with

landed_items as (
    {{ effective_items('access_log') }}
),

uses as (
    select
        item_id,
        cast(date_trunc('month', access_date) as date) as month_start,
        sum(hash(user_pseudonym, access_date)) as said
    from {{ ref('int_access_log_user_days') }}
    where use_count > 0
    group by all
),

postings as (
    select
        item_id,
        sum(hash(user_pseudonym, department_name, posted_from, posted_to)) as said
    from {{ ref('stg_staff_roster__postings') }}
    group by item_id
),

facts as (
    select
        uses.month_start,
        uses.item_id,
        landed_items.known_from,
        landed_items.known_to,
        uses.said
    from uses
    inner join landed_items on uses.item_id = landed_items.item_id
    union all
    select
        rosters.month_start,
        rosters.item_id,
        rosters.known_from,
        rosters.known_to,
        postings.said
    from {{ ref('int_roster_months_chosen') }} as rosters
    left join postings on rosters.item_id = postings.item_id
    union all
    select
        month_start,
        cast(null as varchar) as item_id,
        known_from,
        {{ no_end() }} as known_to,
        cast(null as hugeint) as said
    from {{ ref('int_access_log_months') }}
),

digests as (
    select
        'visualisation_usage_rate' as indicator_code,
        month_start,
        sum(hash(item_id, known_from, known_to, said)) as digest
    from facts
    group by month_start
)

select * from digests
