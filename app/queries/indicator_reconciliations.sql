-- One row per published actual of an indicator that a computed one stands beside, with the page that says it.
with

pages as (
    select
        'policy_page ' || page_number as published_in,
        title,
        page_date,
        case when regexp_matches(origin, '^https?://') then origin end as address
    from marts.dim_policy_pages
    where known_to is null
    qualify row_number() over (partition by page_number order by page_date desc nulls last, item_id asc) = 1
),

reconciliations as (
    select
        reconciliation.*,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        pages.title as page_title,
        pages.address as page_address,
        pages.page_date
    from marts.fct_reconciliation as reconciliation
    inner join marts.dim_fiscal_years as fiscal_years on reconciliation.fiscal_year = fiscal_years.fiscal_year
    left join pages on reconciliation.published_in = pages.published_in
    where reconciliation.indicator_code = $indicator_code
    order by reconciliation.fiscal_year, reconciliation.published_in
)

select * from reconciliations
