-- One row per department, kind of department and the city in the latest fiscal year of an indicator that has figures by department: departments as
-- they were in that year, and as they are now.
with

org_units as (
    select
        org_unit_code,
        name_ja,
        name_en
    from marts.dim_org_units
),

units as (
    select
        actuals.*,
        org_units.name_ja,
        org_units.name_en,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en
    from marts.fct_org_unit_actuals as actuals
    inner join marts.dim_fiscal_years as fiscal_years on actuals.fiscal_year = fiscal_years.fiscal_year
    left join org_units on actuals.unit_code = org_units.org_unit_code
    where actuals.indicator_code = $indicator_code and actuals.period_grain = 'fiscal_year'
    qualify actuals.fiscal_year = max(actuals.fiscal_year) over ()
    order by
        list_position(['city', 'kind', 'as_it_was', 'as_it_is_now'], actuals.roll_up) asc,
        actuals.actual_value desc nulls last,
        actuals.unit_code asc
)

select * from units
