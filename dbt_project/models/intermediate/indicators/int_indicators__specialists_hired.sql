-- External specialists hired within a month or a fiscal year, hires taken back (▲) subtracted on their own day; for the city and by the
-- department that the list names. A hire counts from its day; one that is not decided counts nothing, and a year of which nothing is decided
-- has no actual. A month is told by what is delivered, or becomes due, in it or later, at the latest when its year
-- is over.
with

landed_items as (
    {{ effective_items('specialists') }}
),

hires as (
    select
        hires.hire_count,
        hires.hired_on,
        org_units.org_unit_code,
        fiscal_years.starts_on,
        fiscal_years.ends_on,
        landed_items.known_from,
        landed_items.known_to
    from {{ ref('stg_specialists__hires') }} as hires
    inner join landed_items on hires.item_id = landed_items.item_id
    inner join {{ ref('int_fiscal_years') }} as fiscal_years on hires.hired_on between fiscal_years.starts_on and fiscal_years.ends_on
    left join {{ ref('int_org_unit_lineages') }} as org_units
        on
            hires.department_name = org_units.name_ja
            and hires.hired_on >= org_units.valid_from
            and hires.hired_on <= coalesce(org_units.valid_to, date '9999-12-31')
),

counted_for as (
    select * replace ('271004' as org_unit_code)
    from hires
    union all
    select * from hires
    where org_unit_code is not null
),

knots as (
    {{ item_knots('landed_items') }}
    union
    select hired_on as knot from hires
    where hired_on > known_from
),

year_knots as (
    select
        starts_on,
        known_from as knot
    from hires
    union
    select
        starts_on,
        known_to as knot
    from hires
    where known_to < date '9999-12-31'
    union
    select
        starts_on,
        hired_on as knot
    from hires
    where hired_on > known_from
),

unit_years as (
    select
        org_unit_code,
        starts_on,
        ends_on,
        min(known_from) as told_from
    from counted_for
    group by org_unit_code, starts_on, ends_on
),

unit_months as (
    {{ months_of_years('unit_years', 'year_knots') }}
),

months as (
    select
        unit_months.org_unit_code,
        unit_months.starts_on,
        unit_months.period_start,
        unit_months.period_end,
        unit_months.knot,
        sum(counted_for.hire_count) as hire_count
    from unit_months
    left join counted_for
        on
            unit_months.org_unit_code = counted_for.org_unit_code
            and counted_for.hired_on between unit_months.period_start and unit_months.period_end
            and unit_months.knot >= counted_for.known_from
            and unit_months.knot < counted_for.known_to
            and unit_months.knot >= counted_for.hired_on
    group by unit_months.org_unit_code, unit_months.starts_on, unit_months.period_start, unit_months.period_end, unit_months.knot
),

actuals as (
    select
        unit_years.org_unit_code,
        'fiscal_year' as period_grain,
        unit_years.starts_on as period_start,
        unit_years.ends_on as period_end,
        least(unit_years.ends_on, knots.knot) as measured_to,
        knots.knot as known_from,
        sum(counted_for.hire_count) as numerator,
        1 as denominator
    from unit_years
    inner join knots on unit_years.told_from <= knots.knot
    left join counted_for
        on
            unit_years.org_unit_code = counted_for.org_unit_code
            and unit_years.starts_on = counted_for.starts_on
            and knots.knot >= counted_for.known_from
            and knots.knot < counted_for.known_to
            and knots.knot >= counted_for.hired_on
    group by unit_years.org_unit_code, unit_years.starts_on, unit_years.ends_on, knots.knot
    union all
    select
        org_unit_code,
        'month' as period_grain,
        period_start,
        period_end,
        least(period_end, knot) as measured_to,
        knot as known_from,
        case when count(hire_count) over (partition by org_unit_code, starts_on, knot) > 0 then coalesce(hire_count, 0) end as numerator,
        1 as denominator
    from months
),

told_by_now as (
    {{ told_by_now('specialists_hired', 'actuals') }}
)

select * from told_by_now
