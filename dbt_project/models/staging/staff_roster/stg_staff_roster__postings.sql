with

postings as (
    select
        item_id,
        source_row,
        user_pseudonym,
        department_name,
        posted_from,
        posted_to
    from {{ ref('base_staff_roster__postings') }}
    where len(reason_codes) = 0
)

select * from postings
