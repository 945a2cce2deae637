-- Figures of every flow: what happened within a month or a fiscal year, for the city and by
-- department; a year in progress is counted to date, and what is planned counts from its day. A
-- unit's year has figures from the first delivery that names a thing of it: from then on no things
-- are zero, and no amounts are unknown. A month has a figure by what is delivered, or happens, in
-- it or later, at the latest when its year is over.
with

contributions as (
    select
        contributions.indicator_code,
        contributions.org_unit_code,
        contributions.thing,
        contributions.amount,
        contributions.is_counted_once,
        contributions.happened_on,
        contributions.known_from,
        contributions.known_to,
        fiscal_years.starts_on,
        fiscal_years.ends_on
    from {{ ref('int_flows_contributed') }} as contributions
    inner join {{ ref('int_fiscal_years') }} as fiscal_years on contributions.happened_on between fiscal_years.starts_on and fiscal_years.ends_on
),

counted_for as (
    select * replace ({{ city_code() }} as org_unit_code)
    from contributions
    where thing is not null
    union all
    select * from contributions
    where thing is not null and org_unit_code is not null
),

unit_years as (
    select
        indicator_code,
        org_unit_code,
        starts_on,
        ends_on,
        is_counted_once,
        min(known_from) as reported_from
    from counted_for
    group by indicator_code, org_unit_code, starts_on, ends_on, is_counted_once
),

-- The days on which something of a fiscal year was learned, or what had been planned happened.
year_days as (
    select
        indicator_code,
        starts_on,
        known_from as learned_on
    from contributions
    union
    select
        indicator_code,
        starts_on,
        known_to as learned_on
    from contributions
    where known_to < {{ no_end() }}
    union
    select
        indicator_code,
        starts_on,
        happened_on as learned_on
    from contributions
    where happened_on > known_from
),

-- A year in progress is measured to the latest delivery of its source, whatever that reports.
source_days as (
    {{ days_of_deliveries() }}
    union
    select
        indicator_code,
        learned_on
    from year_days
),

years as (
    select
        unit_years.*,
        unit_years.starts_on as period_start,
        unit_years.ends_on as period_end,
        'fiscal_year' as period_grain,
        source_days.learned_on
    from unit_years
    inner join source_days
        on
            unit_years.indicator_code = source_days.indicator_code
            and unit_years.reported_from <= source_days.learned_on
),

-- What is reported of a year by the day after its end is all there is.
month_days as (
    select
        indicator_code,
        starts_on,
        learned_on
    from year_days
    union
    select
        indicator_code,
        starts_on,
        ends_on + 1 as learned_on
    from unit_years
),

month_starts as (
    select
        *,
        cast(unnest(generate_series(starts_on, ends_on, interval 1 month)) as date) as month_start
    from unit_years
),

-- Every month of a unit's year that has begun: the months of all units of a year are the same.
months as (
    select
        month_starts.*,
        month_starts.month_start as period_start,
        last_day(month_starts.month_start) as period_end,
        'month' as period_grain,
        month_days.learned_on
    from month_starts
    inner join month_days
        on
            month_starts.indicator_code = month_days.indicator_code
            and month_starts.starts_on = month_days.starts_on
            and month_starts.reported_from <= month_days.learned_on
            and month_starts.month_start <= month_days.learned_on
),

periods as (
    select * from years
    union all by name
    select * from months
),

counted as (
    select
        periods.indicator_code,
        periods.org_unit_code,
        periods.period_grain,
        periods.starts_on,
        periods.period_start,
        periods.period_end,
        periods.learned_on,
        periods.is_counted_once,
        count(distinct counted_for.thing) as thing_count,
        sum(counted_for.amount) as amount
    from periods
    left join counted_for
        on
            periods.indicator_code = counted_for.indicator_code
            and periods.org_unit_code = counted_for.org_unit_code
            and periods.starts_on = counted_for.starts_on
            and counted_for.happened_on between periods.period_start and periods.period_end
            and periods.learned_on >= counted_for.happened_on
            and {{ known_on('periods.learned_on', 'counted_for') }}
    group by all
),

actuals as (
    select
        indicator_code,
        org_unit_code,
        period_grain,
        period_start,
        period_end,
        least(period_end, learned_on) as measured_to,
        learned_on as known_from,
        case
            when is_counted_once then thing_count
            -- A month without hires is zero as soon as any of its year are decided.
            when count(amount) over (partition by indicator_code, org_unit_code, period_grain, starts_on, learned_on) > 0
                then coalesce(amount, 0)
        end as numerator,
        1 as denominator
    from counted
),

known_by_now as (
    {{ known_by_now('actuals') }}
)

select * from known_by_now
