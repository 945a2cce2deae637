-- One row per department of the latest complete month, in the order in which they began to use the environment; those that never did come last.
with

departments as (
    select
        usage.org_unit_code,
        org_units.name_ja,
        org_units.name_en,
        usage.standing,
        usage.first_used_month,
        usage.last_used_month,
        usage.months_used,
        last_day(usage.measured_month) as measured_to
    from marts.fct_department_usage as usage
    inner join marts.dim_org_units as org_units on usage.org_unit_code = org_units.org_unit_code
    order by
        case usage.standing when 'using' then 1 when 'left' then 2 else 3 end,
        usage.first_used_month,
        usage.org_unit_code
)

select * from departments
