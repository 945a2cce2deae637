-- Department names as the standing rosters write them. One row per roster and name.
with

landed_items as (
    select
        item_id,
        item_key,
        known_to
    from {{ ref('stg_night__landed_items') }}
    where source_name = 'staff_roster'
),

postings as (
    select * from {{ ref('base_staff_roster__postings') }}
),

departments as (
    select
        postings.item_id,
        landed_items.item_key,
        postings.department_name,
        not bool_or(list_contains(postings.reason_codes, 'unknown_department')) as is_known,
        not {{ is_garbled('postings.department_name') }} as is_readable,
        count(*) as posting_count
    from postings
    inner join landed_items on postings.item_id = landed_items.item_id
    where landed_items.known_to = {{ no_end() }} and postings.department_name is not null
    group by all
),

with_shares as (
    select
        *,
        sum(posting_count) filter (where not is_known) over (partition by item_id) / sum(posting_count) over (partition by item_id)
            as unknown_share
    from departments
)

select * from with_shares
