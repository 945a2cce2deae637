with

targets as (
    select
        indicator_code,
        fiscal_year,
        target_text,
        target_value,
        target_qualifier,
        source_document,
        effective_from,
        lead(effective_from) over (partition by indicator_code, fiscal_year order by effective_from) as effective_to
    from {{ ref('indicator_targets') }}
)

select * from targets
