with

targets as (
    select
        indicator_code,
        fiscal_year,
        target_text,
        target_qualifier,
        source_document,
        target_value,
        effective_from,
        effective_to
    from {{ ref('int_indicator_targets_dated') }}
)

select * from targets
