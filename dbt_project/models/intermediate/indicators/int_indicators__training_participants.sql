-- Distinct people who attended a course in a month or a fiscal year, for the city and by the department that the roster names; who was absent
-- throughout does not count. A year in progress is counted to date. A month is told by what is delivered in it or later, at the latest when its year
-- is over.
with

landed_items as (
    {{ effective_items('training_rosters') }}
),

fiscal_years as (
    select * from {{ ref('int_fiscal_years') }}
),

attendances as (
    select
        attendances.user_pseudonym,
        attendances.has_attended,
        attendances.attended_on,
        org_units.org_unit_code,
        fiscal_years.starts_on,
        fiscal_years.ends_on,
        landed_items.known_from,
        landed_items.known_to
    from {{ ref('stg_training_rosters__attendances') }} as attendances
    inner join landed_items on attendances.item_id = landed_items.item_id
    inner join fiscal_years on attendances.attended_on between fiscal_years.starts_on and fiscal_years.ends_on
    left join {{ ref('int_org_unit_lineages') }} as org_units
        on
            attendances.department_name = org_units.name_ja
            and attendances.attended_on >= org_units.valid_from
            and attendances.attended_on <= coalesce(org_units.valid_to, date '9999-12-31')
),

counted_for as (
    select * replace ('271004' as org_unit_code)
    from attendances
    where has_attended
    union all
    select * from attendances
    where has_attended and org_unit_code is not null
),

knots as (
    {{ item_knots('landed_items') }}
),

-- A unit's year is told from the first knot that counted somebody: from then on nobody is zero, and not unknown.
unit_years as (
    select
        org_unit_code,
        starts_on,
        ends_on,
        min(known_from) as told_from
    from counted_for
    group by org_unit_code, starts_on, ends_on
),

year_knots as (
    select
        starts_on,
        known_from as knot
    from attendances
    union
    select
        starts_on,
        known_to as knot
    from attendances
    where known_to < date '9999-12-31'
),

unit_months as (
    {{ months_of_years('unit_years', 'year_knots') }}
),

actuals as (
    select
        unit_years.org_unit_code,
        'fiscal_year' as period_grain,
        unit_years.starts_on as period_start,
        unit_years.ends_on as period_end,
        least(unit_years.ends_on, knots.knot) as measured_to,
        knots.knot as known_from,
        count(distinct counted_for.user_pseudonym) as numerator,
        1 as denominator
    from unit_years
    inner join knots on unit_years.told_from <= knots.knot
    left join counted_for
        on
            unit_years.org_unit_code = counted_for.org_unit_code
            and unit_years.starts_on = counted_for.starts_on
            and knots.knot >= counted_for.known_from
            and knots.knot < counted_for.known_to
    group by unit_years.org_unit_code, unit_years.starts_on, unit_years.ends_on, knots.knot
    union all
    select
        unit_months.org_unit_code,
        'month' as period_grain,
        unit_months.period_start,
        unit_months.period_end,
        least(unit_months.period_end, unit_months.knot) as measured_to,
        unit_months.knot as known_from,
        count(distinct counted_for.user_pseudonym) as numerator,
        1 as denominator
    from unit_months
    left join counted_for
        on
            unit_months.org_unit_code = counted_for.org_unit_code
            and counted_for.attended_on between unit_months.period_start and unit_months.period_end
            and unit_months.knot >= counted_for.known_from
            and unit_months.knot < counted_for.known_to
    group by unit_months.org_unit_code, unit_months.period_start, unit_months.period_end, unit_months.knot
),

told_by_now as (
    {{ told_by_now('training_participants', 'actuals') }}
)

select * from told_by_now
