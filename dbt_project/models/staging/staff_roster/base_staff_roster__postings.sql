{{ config(materialized='table') }}

-- Every posting of every roster, typed and judged. A table, because six models read it, and each
-- would parse the dates of all months' rosters anew.
with

landed_rows as (
    select * from {{ landed_rows('staff_roster') }}
),

known_departments as (
    select distinct name_ja from {{ ref('org_units') }}
),

typed as (
    select
        landed_rows.item_id,
        landed_rows._source_row as source_row,
        landed_rows.user_pseudonym,
        landed_rows.sheet_name,
        trim(landed_rows.department_name) as department_name,
        {{ municipal_date('landed_rows.posted_from') }} as posted_from,
        {{ municipal_date('landed_rows.posted_to') }} as posted_to,
        trim(coalesce(landed_rows.posted_to, '')) as posted_to_text,
        known_departments.name_ja is not null as is_known_department,
        {{ row_text('staff_roster') }} as row_text
    from landed_rows
    left join known_departments on trim(landed_rows.department_name) = known_departments.name_ja
),

judged as (
    select
        item_id,
        source_row,
        user_pseudonym,
        sheet_name,
        department_name,
        posted_from,
        posted_to,
        row_text,
        list_filter(
            [
                case when user_pseudonym is null then 'missing_user' end,
                case when coalesce(department_name, '') = '' then 'missing_department' end,
                case when department_name != '' and not is_known_department then 'unknown_department' end,
                case when posted_from is null then 'bad_posted_from' end,
                case when posted_to is null and posted_to_text != '' then 'bad_posted_to' end,
                case when posted_to < posted_from then 'posting_ends_before_it_begins' end
            ],
            lambda reason: reason is not null
        ) as reason_codes
    from typed
)

select * from judged
