-- One row per department and the city in the latest fiscal year of which an indicator's figures by department were known on $on,
-- as they were known then; departments as they were in that year.
with

org_units as (
    select
        org_unit_code,
        name_ja,
        name_en
    from marts.dim_org_units
),

known as (
    select
        org_unit_code,
        fiscal_year,
        numerator,
        denominator,
        actual_value,
        is_suppressed,
        max(fiscal_year) filter (where org_unit_code != '271004') over () as latest_fiscal_year
    from marts.fct_indicator_actuals
    where
        indicator_code = $indicator_code
        and period_grain = 'fiscal_year'
        and $on >= known_from
        and ($on < known_to or known_to is null)
),

units as (
    select
        known.org_unit_code as unit_code,
        case when known.org_unit_code = '271004' then 'city' else 'as_it_was' end as roll_up,
        org_units.name_ja,
        org_units.name_en,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        known.fiscal_year,
        known.numerator,
        known.denominator,
        known.actual_value,
        known.is_suppressed
    from known
    inner join marts.dim_fiscal_years as fiscal_years on known.fiscal_year = fiscal_years.fiscal_year
    left join org_units on known.org_unit_code = org_units.org_unit_code
    where known.fiscal_year = known.latest_fiscal_year
    order by known.org_unit_code = '271004' desc, known.actual_value desc nulls last, known.org_unit_code asc
)

select * from units
