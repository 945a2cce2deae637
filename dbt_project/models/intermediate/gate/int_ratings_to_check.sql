-- How official ratings stand to their figures, with what a finding says of each. One row per
-- indicator and fiscal year that has a rating and figures to compare it with.
with

progress as (
    select * from {{ ref('int_indicator_progress') }}
),

named as (
    select
        rating_comparison,
        indicator_code || ' FY' || fiscal_year || ': rated ' || official_rating || ', '
        || coalesce(cast(actual_value as varchar), actual_text) || ' of ' || target_text as named_by
    from progress
    where rating_comparison is not null
)

select * from named
