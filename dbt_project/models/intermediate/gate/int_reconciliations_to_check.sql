-- How computed actuals stand to published ones, with what a finding says of each. One row per
-- indicator, fiscal year and published figure.
with

reconciled as (
    select * from {{ ref('int_reconciliation') }}
),

named as (
    select
        outcome,
        indicator_code || ' FY' || fiscal_year || ': ' || computed_value || ' where ' || published_in || ' says '
        || official_text as named_by
    from reconciled
)

select * from named
