{{ config(materialized='view') }}

-- Departments that used the environment in a month, of all departments valid on its last day. Each
-- of these is a thing of the denominator, by its line in the seed, from the day on which the
-- access log first told of the month; of the numerator by every day on which somebody used it who
-- was posted there, a row twice where a roster tells a posting twice.
with

landed_items as (
    {{ effective_items('access_log') }}
),

org_units as (
    select
        org_unit_code,
        name_ja,
        valid_from,
        coalesce(valid_to, {{ no_end() }}) as valid_to
    from {{ ref('int_org_unit_lineages') }}
),

uses as (
    select
        user_days.item_id,
        user_days.user_pseudonym,
        user_days.access_date,
        user_days.use_count,
        user_days.first_use_row,
        cast(date_trunc('month', user_days.access_date) as date) as month_start,
        landed_items.known_from,
        landed_items.known_to
    from {{ ref('int_access_log_user_days') }} as user_days
    inner join landed_items on user_days.item_id = landed_items.item_id
    where user_days.use_count > 0
),

-- Who counts for which department on which days of a month, by the roster that tells it.
-- Materialised, because without statistics the planner joined the log to whole rosters first: 41 s
-- and 18 GB for 2 million rows of log, where this takes less than one (2026-11-24).
month_postings as materialized (
    select
        rosters.month_start,
        postings.user_pseudonym,
        org_units.org_unit_code,
        greatest(postings.posted_from, org_units.valid_from) as counts_from,
        least(coalesce(postings.posted_to, {{ no_end() }}), org_units.valid_to) as counts_to,
        rosters.known_from,
        rosters.known_to
    from {{ ref('int_roster_months_chosen') }} as rosters
    inner join {{ ref('stg_staff_roster__postings') }} as postings on rosters.item_id = postings.item_id
    inner join org_units on postings.department_name = org_units.name_ja
),

contributions as (
    select
        'visualisation_usage_rate' as indicator_code,
        'numerator' as part,
        uses.item_id,
        cast(null as varchar) as sheet_name,
        month_postings.org_unit_code,
        month_postings.org_unit_code as thing,
        month_postings.org_unit_code as what,
        uses.user_pseudonym as person,
        uses.first_use_row as source_row,
        cast(null as bigint) as sheet_row,
        1 as amount,
        uses.use_count as rows_behind,
        uses.month_start,
        uses.access_date as happened_on,
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
    union all
    select
        'visualisation_usage_rate' as indicator_code,
        'denominator' as part,
        'seeds/org_units.csv' as item_id,
        cast(null as varchar) as sheet_name,
        org_units.org_unit_code,
        org_units.org_unit_code as thing,
        org_units.org_unit_code as what,
        cast(null as varchar) as person,
        seed_lines.seed_line as source_row,
        cast(null as bigint) as sheet_row,
        1 as amount,
        1 as rows_behind,
        months.month_start,
        months.month_end as happened_on,
        months.known_from,
        {{ no_end() }} as known_to
    from {{ ref('int_access_log_months') }} as months
    inner join org_units on months.month_end between org_units.valid_from and org_units.valid_to
    left join {{ ref('int_seed_lines') }} as seed_lines
        on
            seed_lines.seed_file = 'org_units.csv'
            and org_units.org_unit_code = seed_lines.seed_key
)

select * from contributions
