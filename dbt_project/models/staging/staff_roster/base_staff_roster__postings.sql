with

landed_rows as (
    select * from {{ landed_rows('staff_roster') }}
),

known_departments as (
    select distinct name_ja from {{ ref('org_units') }}
),

typed as (
    select
        item_id,
        _source_row as source_row,
        user_pseudonym,
        trim(department_name) as department_name,
        {{ municipal_date('posted_from') }} as posted_from,
        {{ municipal_date('posted_to') }} as posted_to,
        trim(coalesce(posted_to, '')) as posted_to_text
    from landed_rows
),

judged as (
    select
        typed.item_id,
        typed.source_row,
        typed.user_pseudonym,
        typed.department_name,
        typed.posted_from,
        typed.posted_to,
        list_filter(
            [
                case when typed.user_pseudonym is null then 'missing_user' end,
                case when coalesce(typed.department_name, '') = '' then 'missing_department' end,
                case when typed.department_name != '' and known_departments.name_ja is null then 'unknown_department' end,
                case when typed.posted_from is null then 'bad_posted_from' end,
                case when typed.posted_to is null and typed.posted_to_text != '' then 'bad_posted_to' end,
                case when typed.posted_to < typed.posted_from then 'posting_ends_before_it_begins' end
            ],
            lambda reason: reason is not null
        ) as reason_codes
    from typed
    left join known_departments on typed.department_name = known_departments.name_ja
)

select * from judged
