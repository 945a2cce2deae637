with

landed_items as (
    select * from {{ ref('stg_night__landed_items') }}
),

held_back as (
    select
        item_id,
        source_row,
        'quarantined' as disposition,
        reason_code,
        cast(null as varchar) as detail
    from {{ ref('int_access_log_rows_quarantined') }}
    union all
    select
        item_id,
        source_row,
        'quarantined' as disposition,
        reason_code,
        cast(null as varchar) as detail
    from {{ ref('int_procedures_rows_quarantined') }}
    union all
    select
        item_id,
        source_row,
        'quarantined' as disposition,
        reason_codes[1] as reason_code,
        cast(null as varchar) as detail
    from {{ ref('base_staff_roster__postings') }}
    where len(reason_codes) > 0
    union all
    select
        item_id,
        source_row,
        'quarantined' as disposition,
        reason_codes[1] as reason_code,
        indicator_wording as detail
    from {{ ref('base_policy_pages__statements') }}
    where len(reason_codes) > 0
    union all
    select
        item_id,
        source_row,
        'rejected' as disposition,
        reason_code,
        reason as detail
    from {{ rejected_rows() }}
),

reasons as (
    select * from {{ ref('quarantine_reasons') }}
),

quarantined as (
    select
        held_back.item_id,
        landed_items.source_name,
        landed_items.item_key,
        held_back.disposition,
        held_back.reason_code,
        reasons.reason_ja,
        reasons.reason_en,
        held_back.detail,
        held_back.source_row,
        landed_items.is_effective and landed_items.known_to is null as is_current,
        landed_items.known_from
    from held_back
    inner join landed_items on held_back.item_id = landed_items.item_id
    left join reasons on held_back.reason_code = reasons.reason_code
)

select * from quarantined
