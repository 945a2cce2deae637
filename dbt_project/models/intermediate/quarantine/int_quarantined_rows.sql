with

landed_items as (
    select * from {{ ref('stg_night__landed_items') }}
),

quarantined as (
    select
        *,
        cast(null as varchar) as sheet_name
    from {{ ref('int_access_log_rows_quarantined') }}
    union all
    select
        *,
        cast(null as varchar) as sheet_name
    from {{ ref('int_procedures_rows_quarantined') }}
    union all
    select
        *,
        cast(null as varchar) as sheet_name
    from {{ ref('int_nocode_apps_rows_quarantined') }}
    union all
    select * from ({{ rows_quarantined(ref('base_staff_roster__postings'), 'sheet_name') }})
    union all
    select * from ({{ rows_quarantined(ref('base_policy_pages__statements'), 'cast(null as varchar)') }})
    union all
    select * from ({{ rows_quarantined(ref('base_training_rosters__attendances'), 'sheet_name') }})
    union all
    select * from ({{ rows_quarantined(ref('base_specialists__hires'), 'sheet_name') }})
    union all
    select * from ({{ rows_quarantined(ref('base_milestones__stages'), 'sheet_name') }})
),

held_back as (
    select
        item_id,
        source_row,
        'quarantined' as disposition,
        reason_code,
        sheet_name,
        row_text as row_masked,
        cast(null as varchar) as detail,
        row_text as recognised_by
    from quarantined
    union all
    select
        item_id,
        source_row,
        'rejected' as disposition,
        reason_code,
        cast(null as varchar) as sheet_name,
        cast(null as varchar) as row_masked,
        reason as detail,
        row_hash as recognised_by
    from {{ rejected_rows() }}
),

reasons as (
    select * from {{ ref('quarantine_reasons') }}
),

contracts as (
    select * from {{ ref('stg_night__contracts') }}
),

contract_columns as (
    select * from {{ ref('stg_night__contract_columns') }}
),

touched as (
    select
        indicator_sources.source_name,
        string_agg(indicator_sources.indicator_code, ', ' order by indicators.sort_order) as indicator_codes
    from {{ ref('indicator_sources') }} as indicator_sources
    inner join {{ ref('int_indicators_in_force') }} as indicators on indicator_sources.indicator_code = indicators.indicator_code
    group by indicator_sources.source_name
),

rows_held_back as (
    select
        held_back.item_id,
        landed_items.source_name,
        landed_items.item_key,
        held_back.sheet_name,
        held_back.disposition,
        held_back.reason_code,
        reasons.reason_ja,
        reasons.reason_en,
        contract_columns.heading as column_heading,
        held_back.detail,
        held_back.row_masked,
        contracts.owner_ja,
        contracts.owner_en,
        touched.indicator_codes,
        held_back.source_row,
        landed_items.is_effective and landed_items.known_to = {{ no_end() }} as is_current,
        min(landed_items.known_from) over (
            partition by landed_items.source_name, landed_items.item_key, held_back.reason_code, held_back.recognised_by
        ) as first_seen_on,
        landed_items.known_from
    from held_back
    inner join landed_items on held_back.item_id = landed_items.item_id
    left join reasons on held_back.reason_code = reasons.reason_code
    left join contracts on landed_items.source_name = contracts.source_name
    left join contract_columns
        on
            landed_items.source_name = contract_columns.source_name
            and reasons.column_name = contract_columns.column_name
    left join touched on landed_items.source_name = touched.source_name
)

select * from rows_held_back
