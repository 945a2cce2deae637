-- One row per indicator: what it means, how it is computed and judged, and since when, by the definition in force on $on.
with

definitions as (
    select
        definitions.*,
        baseline_years.label_ja as baseline_year_ja,
        baseline_years.label_en as baseline_year_en,
        sources.name_ja as source_ja,
        sources.name_en as source_en
    from marts.dim_indicator_definitions as definitions
    left join marts.dim_fiscal_years as baseline_years on definitions.baseline_fiscal_year = baseline_years.fiscal_year
    left join marts.fct_source_freshness as sources on definitions.source_name = sources.source_name
    where $on >= definitions.in_force_from and ($on < definitions.in_force_to or definitions.in_force_to is null)
    order by definitions.sort_order
)

select * from definitions
