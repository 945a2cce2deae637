-- The calendar of fiscal years: every target and every figure lies in it.
with

fiscal_years as (
    select
        cast(years.fiscal_year as integer) as fiscal_year,
        make_date(cast(years.fiscal_year as integer), 4, 1) as starts_on,
        make_date(cast(years.fiscal_year as integer) + 1, 3, 31) as ends_on
    from range(2015, 2101) as years (fiscal_year)
)

select * from fiscal_years
