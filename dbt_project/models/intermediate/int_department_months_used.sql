-- One row per department, month and stretch of time in which the warehouse knew that the department had used the environment in that month.
with

landed_items as (
    select
        item_id,
        known_from,
        coalesce(known_to, date '9999-12-31') as known_to
    from {{ ref('stg_night__landed_items') }}
    where source_name = 'access_log' and is_effective
),

uses as (
    select distinct
        user_days.user_pseudonym,
        user_days.access_date,
        landed_items.known_from,
        landed_items.known_to
    from {{ ref('int_access_log_user_days') }} as user_days
    inner join landed_items on user_days.item_id = landed_items.item_id
    where user_days.use_count > 0
),

rosters as (
    select * from {{ ref('int_roster_months_chosen') }}
),

postings as (
    select * from {{ ref('stg_staff_roster__postings') }}
),

org_units as (
    select * from {{ ref('dim_org_units') }}
),

evidence as (
    select distinct
        org_units.org_unit_code,
        rosters.month_start,
        greatest(uses.known_from, rosters.known_from) as known_from,
        least(uses.known_to, rosters.known_to) as known_to
    from uses
    inner join rosters
        on
            date_trunc('month', uses.access_date) = rosters.month_start
            and uses.known_from < rosters.known_to
            and uses.known_to > rosters.known_from
    inner join postings
        on
            rosters.item_id = postings.item_id
            and uses.user_pseudonym = postings.user_pseudonym
            and uses.access_date >= postings.posted_from
            and uses.access_date <= coalesce(postings.posted_to, date '9999-12-31')
    inner join org_units
        on
            postings.department_name = org_units.name_ja
            and uses.access_date >= org_units.valid_from
            and uses.access_date <= coalesce(org_units.valid_to, date '9999-12-31')
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
        cast(month_start as date) as month_start,
        min(known_from) as known_from,
        max(known_to) as known_to
    from numbered
    group by org_unit_code, month_start, stretch
)

select * from stretches
