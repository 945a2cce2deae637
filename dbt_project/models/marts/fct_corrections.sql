with

judged as (
    select * from {{ ref('int_corrections_judged') }}
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
        string_agg(indicator_sources.indicator_code, ', ' order by indicators.sort_order) as indicator_codes,
        bool_or(indicators.counts_people) as counts_people
    from {{ ref('indicator_sources') }} as indicator_sources
    inner join {{ ref('int_indicators_in_force') }} as indicators on indicator_sources.indicator_code = indicators.indicator_code
    group by indicator_sources.source_name
),

corrections as (
    select
        judged.correction_id,
        judged.source_name,
        judged.item_key,
        judged.column_name,
        contract_columns.heading as column_heading,
        -- A day or a department of one person is not shown here: its row is cited, and counted as
        -- one.
        case when not touched.counts_people then judged.recorded_value end as recorded_value,
        case when not touched.counts_people then judged.corrected_value end as corrected_value,
        judged.reason_ja,
        judged.reason_en,
        judged.declared_by,
        contracts.owner_ja,
        contracts.owner_en,
        touched.indicator_codes,
        judged.standing,
        judged.source_row,
        judged.corrected_delivery_count,
        judged.declared_on,
        judged.valid_until
    from judged
    inner join contracts on judged.source_name = contracts.source_name
    inner join contract_columns
        on
            judged.source_name = contract_columns.source_name
            and judged.column_name = contract_columns.column_name
            and not contract_columns.is_personal
    left join touched on judged.source_name = touched.source_name
)

select * from corrections
