{{ config(materialized='table') }}

-- Every posting of every roster, judged. A table, because six models read it.
with

rows_typed as (
    select * from {{ ref('base_staff_roster__rows') }}
),

known_departments as (
    select distinct name_ja from {{ ref('org_units') }}
),

compared as (
    select
        rows_typed.*,
        known_departments.name_ja is not null as is_known_department
    from rows_typed
    left join known_departments on rows_typed.department_name = known_departments.name_ja
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
                case when posted_from is null or posted_from not between date '1940-01-01' and date '2100-12-31' then 'bad_posted_from' end,
                case when posted_to is null and posted_to_text != '' then 'bad_posted_to' end,
                case when posted_to < posted_from then 'posting_ends_before_it_begins' end
            ],
            lambda reason: reason is not null
        ) as reason_codes
    from compared
)

select * from judged
