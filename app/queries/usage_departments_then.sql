-- One row per department of the latest complete month that was known on $on: whether it used the
-- environment in that month, or before, in the order in which they began to.
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
        org_unit_code,
        period_start,
        numerator > 0 as is_used,
        period_start = max(period_start) over () as is_latest
    from marts.fct_indicator_actuals
    where
        indicator_code = $indicator_code
        and period_grain = 'month'
        and org_unit_code != '271004'
        and not is_provisional
        and $on >= known_from
        and ($on < known_to or known_to is null)
),

used as (
    select
        org_unit_code,
        bool_or(is_latest) as is_valid,
        bool_or(is_latest and is_used) as is_using,
        count(*) filter (where is_used) as months_used,
        min(period_start) filter (where is_used) as first_used_month,
        max(period_start) filter (where is_used) as last_used_month,
        last_day(max(period_start)) as measured_to
    from months
    group by org_unit_code
),

departments as (
    select
        used.org_unit_code,
        org_units.name_ja,
        org_units.name_en,
        case
            when used.is_using then 'using'
            when used.months_used > 0 then 'left'
            else 'never'
        end as standing,
        used.first_used_month,
        used.last_used_month,
        used.months_used,
        used.measured_to
    from used
    inner join org_units on used.org_unit_code = org_units.org_unit_code
    where used.is_valid
    order by list_position(['using', 'left', 'never'], standing), used.first_used_month, used.org_unit_code
)

select * from departments
