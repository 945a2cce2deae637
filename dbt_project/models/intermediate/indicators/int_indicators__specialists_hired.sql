-- External specialists hired within a fiscal year, hires taken back (▲) subtracted. A hire counts from its day; one that is not decided counts
-- nothing, and a year of which nothing is decided has no actual.
with

landed_items as (
    {{ effective_items('specialists') }}
),

hires as (
    select
        hires.hire_count,
        hires.hired_on,
        fiscal_years.starts_on,
        fiscal_years.ends_on,
        landed_items.known_from,
        landed_items.known_to
    from {{ ref('stg_specialists__hires') }} as hires
    inner join landed_items on hires.item_id = landed_items.item_id
    inner join {{ ref('int_fiscal_years') }} as fiscal_years on hires.hired_on between fiscal_years.starts_on and fiscal_years.ends_on
),

knots as (
    {{ item_knots('landed_items') }}
    union
    select hired_on as knot from hires
    where hired_on > known_from
),

told_years as (
    select
        starts_on,
        ends_on,
        min(known_from) as told_from
    from hires
    group by starts_on, ends_on
),

actuals as (
    select
        '271004' as org_unit_code,
        'fiscal_year' as period_grain,
        told_years.starts_on as period_start,
        told_years.ends_on as period_end,
        least(told_years.ends_on, knots.knot) as measured_to,
        knots.knot as known_from,
        sum(hires.hire_count) as numerator,
        1 as denominator
    from told_years
    inner join knots on told_years.told_from <= knots.knot
    left join hires
        on
            told_years.starts_on = hires.starts_on
            and knots.knot >= hires.known_from
            and knots.knot < hires.known_to
            and knots.knot >= hires.hired_on
    group by told_years.starts_on, told_years.ends_on, knots.knot
),

told_by_now as (
    {{ told_by_now('specialists_hired', 'actuals') }}
)

select * from told_by_now
