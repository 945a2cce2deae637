{{ config(materialized='view') }}

with

actuals as (
    select * from {{ ref('int_indicator_actuals') }}
    where org_unit_code = {{ city_code() }} and period_grain = 'fiscal_year' and is_current and not is_provisional
),

indicators as (
    select * from {{ ref('int_indicators_in_force') }}
),

-- What a policy page says now, and figures of the bureau that were published elsewhere.
published as (
    select
        indicator_code,
        fiscal_year,
        actual_text,
        actual_qualifier,
        actual_value,
        -- A page may have no number; its file or address has a name.
        'policy_page ' || coalesce(page_number, string_split(item_id, '/')[2]) as published_in,
        actual_quotation,
        item_id,
        cast(null as varchar) as source_url,
        page_date as published_on
    from {{ ref('int_official_results_dated') }}
    where is_current and actual_text is not null
    union all
    select
        indicator_code,
        fiscal_year,
        actual_text,
        actual_qualifier,
        actual_value,
        source_document as published_in,
        null as actual_quotation,
        null as item_id,
        source_url,
        published_on
    from {{ ref('published_actuals') }}
),

notes as (
    select * from {{ ref('reconciliation_notes') }}
),

-- A figure written without a qualifier stands for what rounds to it; 約 is half of the last
-- significant digit either way.
bounded as (
    select
        published.indicator_code,
        published.fiscal_year,
        published.published_in,
        published.item_id,
        published.source_url,
        published.actual_text as official_text,
        coalesce(published.actual_qualifier, 'exact') as official_qualifier,
        published.actual_quotation as official_quotation,
        published.published_on,
        actuals.actual_value as computed_value,
        case
            when published.actual_value is not null then cast(published.actual_value as double)
            when indicators.kind = 'milestone' then {{ milestone_stated('published.actual_text') }}
        end as official_value,
        {{ half_of_last_digit(
            'coalesce(published.actual_value, 100)', 'published.actual_qualifier', 'published.actual_text'
        ) }} as half_width
    from published
    inner join indicators on published.indicator_code = indicators.indicator_code
    inner join actuals
        on
            published.indicator_code = actuals.indicator_code
            and published.fiscal_year = actuals.fiscal_year
),

compared as (
    select
        *,
        case
            when official_value is null or official_qualifier in ('around', 'cumulative') then 'cannot_tell'
            when official_qualifier = 'at_least' and computed_value >= official_value then 'within_qualifier'
            when official_qualifier = 'at_most' and computed_value <= official_value then 'within_qualifier'
            when official_qualifier in ('at_least', 'at_most') then 'differs'
            when computed_value >= official_value + half_width or computed_value < official_value - half_width then 'differs'
            when official_qualifier = 'exact' then 'agrees'
            else 'within_qualifier'
        end as found
    from bounded
),

-- An explanation is of one published wording: once another is published, it has to be explained
-- anew.
reconciled as (
    select
        compared.indicator_code,
        compared.fiscal_year,
        compared.published_in,
        compared.item_id,
        compared.source_url,
        compared.official_text,
        compared.official_qualifier,
        compared.official_quotation,
        case
            when compared.found != 'differs' then compared.found
            when notes.reason_ja is not null then 'differs_explained'
            else 'differs_unexplained'
        end as outcome,
        case when compared.found = 'differs' then notes.reason_ja end as reason_ja,
        case when compared.found = 'differs' then notes.reason_en end as reason_en,
        compared.computed_value,
        compared.official_value,
        compared.computed_value - compared.official_value as difference,
        compared.published_on
    from compared
    left join notes
        on
            compared.indicator_code = notes.indicator_code
            and compared.fiscal_year = notes.fiscal_year
            and compared.official_text = notes.official_text
)

select * from reconciled
