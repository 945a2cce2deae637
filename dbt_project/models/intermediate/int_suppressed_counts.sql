-- Counts of people in a department that are not shown: 1 or 2 people could be named by anybody who knows the office. Where that hides a single
-- department, the next smallest is hidden with it, or the city's count would give it away. One row per count and stretch between two days on which
-- some count of the period changed.
with

counts as (
    select
        unioned.indicator_code,
        unioned.org_unit_code,
        unioned.period_grain,
        unioned.period_start,
        unioned.known_from,
        lead(unioned.known_from, 1, date '9999-12-31') over (
            partition by unioned.indicator_code, unioned.org_unit_code, unioned.period_grain, unioned.period_start
            order by unioned.known_from
        ) as known_to,
        unioned.numerator
    from {{ ref('int_indicators_unioned') }} as unioned
    inner join {{ ref('indicators') }} as indicators on unioned.indicator_code = indicators.indicator_code
    where indicators.counts_people and unioned.org_unit_code != '271004'
),

days_of_change as (
    select distinct
        indicator_code,
        period_grain,
        period_start,
        known_from as knot
    from counts
),

knots as (
    select
        *,
        lead(knot, 1, date '9999-12-31') over (partition by indicator_code, period_grain, period_start order by knot) as next_knot
    from days_of_change
),

at_knots as (
    select
        counts.indicator_code,
        counts.org_unit_code,
        counts.period_grain,
        counts.period_start,
        knots.knot,
        knots.next_knot,
        counts.numerator,
        counts.numerator > 0 and counts.numerator < 3 as is_small
    from counts
    inner join knots
        on
            counts.indicator_code = knots.indicator_code
            and counts.period_grain = knots.period_grain
            and counts.period_start = knots.period_start
            and counts.known_from <= knots.knot
            and counts.known_to > knots.knot
    where counts.numerator > 0
),

ranked as (
    select
        *,
        count_if(is_small) over same_period as small_count,
        row_number() over (
            partition by indicator_code, period_grain, period_start, knot
            order by is_small, numerator, org_unit_code
        ) as place_among_others
    from at_knots
    window same_period as (partition by indicator_code, period_grain, period_start, knot)
),

suppressed as (
    select
        indicator_code,
        org_unit_code,
        period_grain,
        period_start,
        knot as known_from,
        next_knot as known_to
    from ranked
    where is_small or (small_count = 1 and place_among_others = 1)
)

select * from suppressed
