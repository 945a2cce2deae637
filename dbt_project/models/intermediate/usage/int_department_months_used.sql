-- One row per department, month and stretch of time in which the warehouse knew that the department had used the environment in that month.
with

landed_items as (
    {{ effective_items('access_log') }}
),

uses as (
    select
        user_days.user_pseudonym,
        user_days.access_date,
        cast(date_trunc('month', user_days.access_date) as date) as month_start,
        landed_items.known_from,
        landed_items.known_to
    from {{ ref('int_access_log_user_days') }} as user_days
    inner join landed_items on user_days.item_id = landed_items.item_id
    where user_days.use_count > 0
),

-- Who counts for which department on which days of a month, by the roster that tells it. Materialised, because without statistics the planner
-- joined the log to whole rosters first: 41 s and 18 GB for 2 million rows of log, where this takes less than one (2026-11-24).
month_postings as materialized (
    select
        rosters.month_start,
        postings.user_pseudonym,
        org_units.org_unit_code,
        greatest(postings.posted_from, org_units.valid_from) as counts_from,
        least(coalesce(postings.posted_to, date '9999-12-31'), coalesce(org_units.valid_to, date '9999-12-31')) as counts_to,
        rosters.known_from,
        rosters.known_to
    from {{ ref('int_roster_months_chosen') }} as rosters
    inner join {{ ref('stg_staff_roster__postings') }} as postings on rosters.item_id = postings.item_id
    inner join {{ ref('int_org_unit_lineages') }} as org_units on postings.department_name = org_units.name_ja
),

evidence as (
    select distinct
        month_postings.org_unit_code,
        uses.month_start,
        greatest(uses.known_from, month_postings.known_from) as known_from,
        least(uses.known_to, month_postings.known_to) as known_to
    from uses
    inner join month_postings
        on
            uses.user_pseudonym = month_postings.user_pseudonym
            and uses.month_start = month_postings.month_start
            and uses.access_date between month_postings.counts_from and month_postings.counts_to
            and uses.known_from < month_postings.known_to
            and uses.known_to > month_postings.known_from
),

marked as (
    select
        *,
        coalesce(
            known_from > max(known_to) over (
                partition by org_unit_code, month_start
                order by known_from, known_to
                rows between unbounded preceding and 1 preceding
            ),
            false
        ) as is_after_a_gap
    from evidence
),

numbered as (
    select
        *,
        count_if(is_after_a_gap) over (
            partition by org_unit_code, month_start
            order by known_from, known_to
            rows unbounded preceding
        ) as stretch
    from marked
),

stretches as (
    select
        org_unit_code,
        month_start,
        min(known_from) as known_from,
        max(known_to) as known_to
    from numbered
    group by org_unit_code, month_start, stretch
)

select * from stretches
