with

official_results as (
    select * from {{ ref('int_official_results_dated') }}
),

changes as (
    select *
    from official_results
    window same_result as (partition by indicator_code, fiscal_year order by known_from)
    qualify
        row_number() over same_result = 1
        or (target_text, actual_text, target_value, actual_value, target_qualifier, actual_qualifier, official_rating)
        is distinct from lag((target_text, actual_text, target_value, actual_value, target_qualifier, actual_qualifier, official_rating))
            over same_result
),

dated as (
    select
        *,
        lead(known_from) over (partition by indicator_code, fiscal_year order by known_from) as known_to
    from changes
),

results as (
    select
        indicator_code,
        fiscal_year,
        target_text,
        target_qualifier,
        actual_text,
        actual_qualifier,
        official_rating,
        page_number,
        item_id,
        source_row,
        target_value,
        actual_value,
        known_to is null as is_current,
        page_date,
        known_from,
        known_to
    from dated
    where target_text is not null or actual_text is not null
)

select * from results
