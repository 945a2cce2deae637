-- Figures of every milestone: stages that are done by the end of a month or a fiscal year, of all
-- that the register plans. Its periods go from the fiscal year in which the first stage is due to
-- the present one: what is done stays done.
with

contributions as (
    select * from {{ ref('int_milestones_contributed') }}
),

first_reported as (
    select
        indicator_code,
        min(known_from) as reported_from
    from contributions
    group by indicator_code
),

days as (
    {{ days_of_deliveries() }}
    union
    select
        indicator_code,
        unnest([known_from, known_to]) as learned_on
    from contributions
),

years as (
    select
        'fiscal_year' as period_grain,
        starts_on as period_start,
        ends_on as period_end,
        ends_on as year_end
    from {{ ref('int_fiscal_years') }}
),

month_starts as (
    select
        year_end,
        cast(unnest(generate_series(period_start, period_end, interval 1 month)) as date) as month_start
    from years
),

periods as (
    select * from years
    union all
    select
        'month' as period_grain,
        month_start as period_start,
        last_day(month_start) as period_end,
        year_end
    from month_starts
),

-- A period has a figure on each day in it or after it, and on its first day by what was known then.
period_days as (
    select distinct
        days.indicator_code,
        periods.*,
        greatest(days.learned_on, periods.period_start) as learned_on
    from days
    inner join first_reported on days.indicator_code = first_reported.indicator_code and days.learned_on >= first_reported.reported_from
    cross join periods
    where days.learned_on < {{ no_end() }}
),

plans as (
    select
        period_days.indicator_code,
        period_days.period_grain,
        period_days.period_start,
        period_days.period_end,
        period_days.learned_on,
        count(contributions.known_from) as stage_count,
        count_if(contributions.happened_on <= period_days.period_end) as done_count,
        min(contributions.due_on) <= any_value(period_days.year_end) as has_begun
    from period_days
    -- A plan that its register no longer names is taken back, and does not stay as it was last
    -- reported.
    left join contributions
        on
            period_days.indicator_code = contributions.indicator_code
            and {{ known_on('period_days.learned_on', 'contributions') }}
    group by
        period_days.indicator_code,
        period_days.period_grain,
        period_days.period_start,
        period_days.period_end,
        period_days.learned_on
),

actuals as (
    select
        indicator_code,
        {{ city_code() }} as org_unit_code,
        period_grain,
        period_start,
        period_end,
        least(period_end, learned_on) as measured_to,
        learned_on as known_from,
        case when has_begun then done_count end as numerator,
        stage_count as denominator
    from plans
),

known_by_now as (
    {{ known_by_now('actuals') }}
)

select * from known_by_now
