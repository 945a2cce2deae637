-- One row per department that does not use the environment, in the order in which to ask them.
with

departments as (
    select
        to_ask.*,
        org_units.name_ja,
        org_units.name_en
    from marts.fct_departments_to_ask as to_ask
    inner join marts.dim_org_units as org_units on to_ask.org_unit_code = org_units.org_unit_code
    order by to_ask.ask_order
)

select * from departments
