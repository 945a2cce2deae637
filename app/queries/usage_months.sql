-- One row per department and month: used or not, and whether that was a change. Departments that have closed since are among them.
with

months as (
    select
        usage_months.org_unit_code,
        org_units.name_ja,
        org_units.name_en,
        usage_months.month_start,
        usage_months.is_used,
        usage_months.is_provisional,
        usage_months.change
    from marts.fct_department_usage_months as usage_months
    inner join marts.dim_org_units as org_units on usage_months.org_unit_code = org_units.org_unit_code
    order by usage_months.org_unit_code, usage_months.month_start
)

select * from months
