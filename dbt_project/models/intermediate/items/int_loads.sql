with

landed_items as (
    select * from {{ ref('stg_night__landed_items') }}
),

staged as (
    select
        item_id,
        cast(sum(event_count) as bigint) as rows_staged
    from {{ ref('int_access_log_user_days') }}
    group by item_id
    union all
    select
        item_id,
        count(*) as rows_staged
    from {{ ref('stg_staff_roster__postings') }}
    group by item_id
    union all
    select
        item_id,
        count(*) as rows_staged
    from {{ ref('stg_policy_pages__statements') }}
    group by item_id
    union all
    select
        item_id,
        cast(sum(row_count) as bigint) as rows_staged
    from {{ ref('int_catalogue_rows_staged') }}
    group by item_id
    union all
    select
        item_id,
        count(*) as rows_staged
    from {{ ref('stg_training_rosters__attendances') }}
    group by item_id
    union all
    select
        item_id,
        count(*) as rows_staged
    from {{ ref('stg_specialists__hires') }}
    group by item_id
    union all
    select
        item_id,
        count(*) as rows_staged
    from {{ ref('stg_milestones__stages') }}
    where is_whole
    group by item_id
),

quarantined as (
    select
        item_id,
        count(*) as rows_quarantined
    from {{ ref('int_quarantined_rows') }}
    where disposition = 'quarantined'
    group by item_id
),

counted as (
    select
        landed_items.item_id,
        landed_items.source_name,
        landed_items.item_key,
        landed_items.copy_of,
        landed_items.sha256,
        landed_items.encoding,
        landed_items.notes as contract_notes,
        landed_items.rows_read,
        landed_items.rows_landed,
        landed_items.rows_rejected,
        landed_items.rows_erased,
        coalesce(staged.rows_staged, 0) as rows_staged,
        coalesce(quarantined.rows_quarantined, 0) as rows_quarantined,
        landed_items.is_effective and landed_items.known_to = {{ no_end() }} as is_current,
        case when is_current then 0 else coalesce(staged.rows_staged, 0) end as rows_superseded,
        landed_items.byte_count,
        landed_items.contract_version,
        landed_items.is_new,
        landed_items.business_date,
        landed_items.known_from,
        landed_items.known_to,
        landed_items.counted_from,
        landed_items.landed_at
    from landed_items
    left join staged on landed_items.item_id = staged.item_id
    left join quarantined on landed_items.item_id = quarantined.item_id
),

loads as (
    select
        *,
        rows_read - rows_rejected - rows_quarantined - rows_staged as rows_unaccounted
    from counted
)

select * from loads
