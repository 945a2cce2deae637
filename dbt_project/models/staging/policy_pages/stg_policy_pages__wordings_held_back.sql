-- Statements of a known indicator on a final page whose figure alone is held back: what the page
-- says stays official, as words without a value. One row per statement, none of them in the
-- statements.
with

wordings as (
    select
        * exclude (qualifier, unit, numeric_value, reason_codes, row_text),
        cast(null as varchar) as qualifier,
        cast(null as varchar) as unit,
        cast(null as decimal(18, 4)) as numeric_value
    from {{ ref('base_policy_pages__statements') }}
    where
        len(reason_codes) > 0
        and not list_has_any(reason_codes, ['unknown_wording', 'draft_page'])
)

select * from wordings
