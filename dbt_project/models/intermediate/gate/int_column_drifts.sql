-- Columns of an item as it stands that hold values which cannot be read, with how many: where most
-- cannot, it is no mistake, and the column's kind has changed at the source. One row per item and
-- column with a quarantined row.
with

quarantined as (
    select
        item_id,
        column_heading,
        any_value(reason_en) as reason_en,
        count(*) as row_count
    from {{ ref('int_quarantined_rows') }}
    where
        disposition = 'quarantined'
        and is_current
        and column_heading is not null
        -- 約3 is still a number: the column has kept its kind.
        and not starts_with(reason_code, 'inexact_')
    group by item_id, column_heading
),

drifts as (
    select
        loads.item_key || ', column ' || quarantined.column_heading || ': ' || lower(quarantined.reason_en) || ' ('
        || contracts.contract_file || ')' as difference,
        loads.source_name,
        quarantined.column_heading,
        quarantined.row_count,
        -- Of one or two rows, a mistake is no change of kind.
        case when loads.rows_landed >= 3 then quarantined.row_count / loads.rows_landed end as share_unreadable
    from quarantined
    inner join {{ ref('int_loads') }} as loads on quarantined.item_id = loads.item_id
    inner join {{ ref('stg_night__contracts') }} as contracts on loads.source_name = contracts.source_name
)

select * from drifts
