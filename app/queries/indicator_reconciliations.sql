-- One row per published actual of an indicator that a computed one stands beside, with the page or document that says it.
with

pages as (
    select
        item_id,
        title,
        known_from as read_on,
        case when regexp_matches(origin, '^https?://') then origin end as address
    from marts.dim_policy_pages
),

reconciliations as (
    select
        reconciliation.*,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        pages.title as page_title,
        -- Another address than one of the web is no link.
        coalesce(
            pages.address,
            case when regexp_matches(reconciliation.source_url, '^https?://') then reconciliation.source_url end
        ) as address,
        pages.read_on
    from marts.fct_reconciliation as reconciliation
    inner join marts.dim_fiscal_years as fiscal_years on reconciliation.fiscal_year = fiscal_years.fiscal_year
    left join pages on reconciliation.item_id = pages.item_id
    where reconciliation.indicator_code = $indicator_code
    order by reconciliation.fiscal_year, reconciliation.published_in
)

select * from reconciliations
