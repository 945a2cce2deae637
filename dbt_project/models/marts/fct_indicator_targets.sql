with

targets as (
    select
        indicator_code,
        fiscal_year,
        target_text,
        target_qualifier,
        tolerance_reason_ja,
        tolerance_reason_en,
        source_document,
        source_url,
        target_value,
        target_tolerance,
        target_lower,
        target_upper,
        effective_from,
        effective_to
    from {{ ref('int_indicator_targets_dated') }}
)

select * from targets
