{{ config(materialized='view') }}

-- Departments of the month to which a fiscal year is measured: each is one of the denominator by its line in the seed, and those that used the
-- environment are one of the numerator by a witness, the first row of use by somebody posted there on that day. How many rows stand behind the
-- witness is not told where they are of one or two people.
with

years as (
    select
        fiscal_year,
        measured_to,
        cast(date_trunc('month', measured_to) as date) as month_start
    from {{ ref('int_city_years_standing') }}
    where indicator_code = 'visualisation_usage_rate'
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

departments as (
    select
        years.fiscal_year,
        years.month_start,
        org_units.org_unit_code,
        org_units.name_ja,
        org_units.valid_from,
        org_units.valid_to
    from years
    inner join {{ ref('int_org_unit_lineages') }} as org_units
        on
            years.measured_to >= org_units.valid_from
            and years.measured_to <= coalesce(org_units.valid_to, date '9999-12-31')
),

uses as (
    select
        years.month_start,
        user_days.item_id,
        items.item_key,
        user_days.user_pseudonym,
        user_days.access_date,
        user_days.use_count,
        user_days.first_use_row
    from {{ ref('int_access_log_user_days') }} as user_days
    inner join {{ ref('int_items_standing') }} as items on user_days.item_id = items.item_id
    inner join years on date_trunc('month', user_days.access_date) = years.month_start
    where user_days.use_count > 0
),

-- Materialised as in int_department_months_used, which this follows for the day on which the figure stands.
month_postings as materialized (
    select
        departments.month_start,
        departments.org_unit_code,
        postings.user_pseudonym,
        greatest(postings.posted_from, departments.valid_from) as counts_from,
        least(coalesce(postings.posted_to, date '9999-12-31'), coalesce(departments.valid_to, date '9999-12-31')) as counts_to
    from {{ ref('int_roster_months_chosen') }} as rosters
    inner join run_contexts on rosters.known_from <= run_contexts.as_of and rosters.known_to > run_contexts.as_of
    inner join {{ ref('stg_staff_roster__postings') }} as postings on rosters.item_id = postings.item_id
    inner join departments
        on
            rosters.month_start = departments.month_start
            and postings.department_name = departments.name_ja
),

-- Once each: a roster may tell a posting twice.
department_uses as (
    select distinct
        month_postings.org_unit_code,
        uses.*
    from uses
    inner join month_postings
        on
            uses.user_pseudonym = month_postings.user_pseudonym
            and uses.month_start = month_postings.month_start
            and uses.access_date between month_postings.counts_from and month_postings.counts_to
),

witnesses as (
    select
        org_unit_code,
        month_start,
        arg_min(struct_pack(item_id := item_id, source_row := first_use_row), (access_date, item_key, first_use_row)) as first_use,
        case when count(distinct user_pseudonym) >= 3 then cast(sum(use_count) as bigint) end as rows_behind
    from department_uses
    group by org_unit_code, month_start
),

counted_rows as (
    select
        'visualisation_usage_rate' as indicator_code,
        departments.fiscal_year,
        'numerator' as part,
        witnesses.first_use.item_id,
        cast(null as varchar) as sheet_name,
        witnesses.first_use.source_row,
        cast(null as bigint) as sheet_row,
        departments.org_unit_code as what,
        1 as counts,
        witnesses.rows_behind
    from departments
    inner join witnesses
        on
            departments.month_start = witnesses.month_start
            and departments.org_unit_code = witnesses.org_unit_code
    union all
    select
        'visualisation_usage_rate' as indicator_code,
        departments.fiscal_year,
        'denominator' as part,
        'seeds/org_units.csv' as item_id,
        cast(null as varchar) as sheet_name,
        seed_lines.seed_line as source_row,
        cast(null as bigint) as sheet_row,
        departments.org_unit_code as what,
        1 as counts,
        cast(1 as bigint) as rows_behind
    from departments
    inner join {{ ref('int_seed_lines') }} as seed_lines
        on
            seed_lines.seed_file = 'org_units.csv'
            and departments.org_unit_code = seed_lines.seed_key
)

select * from counted_rows
