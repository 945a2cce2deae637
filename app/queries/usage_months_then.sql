-- One row per department and month, as it was known on $on: used or not. Departments are those that there were then.
with

org_units as (
    select
        org_unit_code,
        name_ja,
        name_en
    from marts.dim_org_units
),

months as (
    select
        actuals.org_unit_code,
        org_units.name_ja,
        org_units.name_en,
        actuals.period_start as month_start,
        actuals.numerator > 0 as is_used,
        actuals.is_provisional,
        null as change
    from marts.fct_indicator_actuals as actuals
    inner join org_units on actuals.org_unit_code = org_units.org_unit_code
    where
        actuals.indicator_code = $indicator_code
        and actuals.period_grain = 'month'
        and actuals.org_unit_code != '271004'
        and $on >= actuals.known_from
        and ($on < actuals.known_to or actuals.known_to is null)
    order by actuals.org_unit_code, actuals.period_start
)

select * from months
