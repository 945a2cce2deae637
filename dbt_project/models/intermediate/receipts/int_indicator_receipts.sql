{{ config(materialized='view') }}

with

city_years as (
    select * from {{ ref('int_city_years_standing') }}
),

indicators as (
    select * from {{ ref('int_indicators_in_force') }}
),

run_contexts as (
    select * from {{ ref('stg_night__run_contexts') }}
),

targets as (
    select targets.*
    from {{ ref('int_indicator_targets_dated') }} as targets
    inner join run_contexts
        on
            targets.effective_from <= run_contexts.as_of
            and targets.effective_to > run_contexts.as_of
),

official_results as (
    select official_results.*
    from {{ ref('int_official_results_dated') }} as official_results
    inner join run_contexts on {{ known_on('run_contexts.as_of', 'official_results') }}
),

progress as (
    select * from {{ ref('int_indicator_progress') }}
),

items as (
    select
        receipt_items.indicator_code,
        receipt_items.fiscal_year,
        count(*) as item_count,
        cast(sum(loads.rows_read) as bigint) as rows_read
    from {{ ref('int_receipt_items') }} as receipt_items
    inner join {{ ref('int_loads') }} as loads on receipt_items.item_id = loads.item_id
    group by receipt_items.indicator_code, receipt_items.fiscal_year
),

receipts as (
    select
        city_years.indicator_code,
        city_years.fiscal_year,
        indicators.definition_ja,
        indicators.definition_en,
        indicators.formula_ja,
        indicators.formula_en,
        'int_indicators__' || city_years.indicator_code as model_name,
        targets.target_text,
        targets.target_qualifier,
        targets.source_document as target_source_document,
        official_results.actual_text as official_text,
        official_results.actual_qualifier as official_qualifier,
        official_results.official_rating,
        official_results.page_number as official_page_number,
        official_results.item_id as official_item_id,
        progress.status,
        progress.status_reason,
        progress.rating_comparison,
        progress.judging_method,
        progress.judged_status,
        run_contexts.run_id,
        run_contexts.warehouse_version,
        city_years.numerator,
        city_years.denominator,
        coalesce(items.item_count, 0) as item_count,
        coalesce(items.rows_read, 0) as rows_read,
        city_years.actual_value,
        cast(targets.target_value as double) as target_value,
        coalesce(targets.met_with_tolerance_from, targets.met_as_written_from) as met_from,
        coalesce(targets.met_with_tolerance_from, targets.missed_as_written_from) as missed_before,
        cast(official_results.actual_value as double) as official_value,
        progress.baseline_fiscal_year,
        progress.baseline_value,
        progress.final_target_fiscal_year,
        progress.final_target_value,
        progress.linear_pace_ratio,
        progress.statcan_cagr_value,
        city_years.is_provisional,
        city_years.measured_to,
        targets.effective_from as target_effective_from,
        city_years.known_from
    from city_years
    inner join indicators on city_years.indicator_code = indicators.indicator_code
    cross join run_contexts
    left join targets
        on
            city_years.indicator_code = targets.indicator_code
            and city_years.fiscal_year = targets.fiscal_year
    left join official_results
        on
            city_years.indicator_code = official_results.indicator_code
            and city_years.fiscal_year = official_results.fiscal_year
    left join progress
        on
            city_years.indicator_code = progress.indicator_code
            and city_years.fiscal_year = progress.fiscal_year
    left join items
        on
            city_years.indicator_code = items.indicator_code
            and city_years.fiscal_year = items.fiscal_year
)

select * from receipts
