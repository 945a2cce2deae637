-- One row per change of something that an indicator had told before: what it was, what it became, and because of what. Up to $on, the latest first.
with

revisions as (
    select
        revisions.*,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en
    from marts.fct_indicator_revisions as revisions
    inner join marts.dim_fiscal_years as fiscal_years on revisions.fiscal_year = fiscal_years.fiscal_year
    where
        revisions.indicator_code = $indicator_code
        and revisions.revision_kind in ('revised', 'withdrawn')
        and $on >= revisions.revised_on
    order by revisions.revised_on desc, revisions.fiscal_year desc, revisions.measure asc
)

select * from revisions
