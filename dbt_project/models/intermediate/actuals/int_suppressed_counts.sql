-- Counts of people in a department that are not shown: whoever knows the office could name 1 or 2
-- people. The city's counts are public, so what is hidden must stay hidden from whoever subtracts
-- from them what is shown, over a month or over a year:
-- 1. A fiscal year of 1 or 2 people is hidden. Where that hides one department alone, or only
--    departments of one person each, the next smallest is hidden with them.
-- 2. The months of a department's fiscal year are hidden together, those without people too, where
--    one of them or the year is hidden: a month could be worked out from the year and the other
--    months. Where that hides one department alone, the next smallest is hidden with it.
-- 3. Where there is no next one, the department has no row at all: the city's count would be its
--    own.
-- One row per count and span of days on which it is hidden.
with

counts as (
    select
        unioned.indicator_code,
        unioned.org_unit_code,
        unioned.period_grain,
        {{ fiscal_year_of('unioned.period_start') }} as fiscal_year,
        unioned.period_start,
        unioned.known_from,
        {{ next_known_from(
            'unioned.indicator_code, unioned.org_unit_code, unioned.period_grain, unioned.period_start'
        ) }} as known_to,
        coalesce(unioned.numerator, 0) as numerator
    from {{ ref('int_indicators_unioned') }} as unioned
    inner join {{ ref('int_indicators_in_force') }} as indicators on unioned.indicator_code = indicators.indicator_code
    where indicators.counts_people and unioned.org_unit_code != {{ city_code() }}
),

change_days as (
    select
        indicator_code,
        fiscal_year,
        known_from,
        {{ next_known_from('indicator_code, fiscal_year') }} as known_to
    from counts
    group by indicator_code, fiscal_year, known_from
),

at_change_days as (
    select
        counts.indicator_code,
        counts.org_unit_code,
        counts.period_grain,
        counts.fiscal_year,
        counts.period_start,
        counts.numerator,
        abs(counts.numerator) >= 1 and abs(counts.numerator) < {{ fewest_people_shown() }} as is_small,
        change_days.known_from,
        change_days.known_to
    from counts
    inner join change_days
        on
            counts.indicator_code = change_days.indicator_code
            and counts.fiscal_year = change_days.fiscal_year
            and {{ known_on('change_days.known_from', 'counts') }}
),

unit_years as (
    select
        indicator_code,
        org_unit_code,
        fiscal_year,
        known_from,
        known_to,
        bool_or(is_small) as has_small,
        coalesce(bool_or(is_small) filter (where period_grain = 'fiscal_year'), false) as has_small_year,
        coalesce(max(numerator) filter (where period_grain = 'fiscal_year'), 0) as year_count,
        max(numerator) as largest_count
    from at_change_days
    group by indicator_code, org_unit_code, fiscal_year, known_from, known_to
),

years_ranked as (
    select
        *,
        count_if(has_small_year) over same_year as small_year_count,
        sum(case when has_small_year then year_count end) over same_year as small_year_sum,
        count_if(year_count >= {{ fewest_people_shown() }}) over same_year as large_year_count,
        row_number() over (
            partition by indicator_code, fiscal_year, known_from
            order by has_small_year or year_count < {{ fewest_people_shown() }}, year_count, org_unit_code
        ) as year_place
    from unit_years
    window same_year as (partition by indicator_code, fiscal_year, known_from)
),

years_judged as (
    select
        *,
        small_year_count = 1 or small_year_sum <= small_year_count as needs_another_year,
        has_small_year or (needs_another_year and year_place = 1 and year_count >= {{ fewest_people_shown() }}) as is_year_hidden,
        has_small_year and needs_another_year and large_year_count = 0 as is_year_left_out
    from years_ranked
),

months_ranked as (
    select
        *,
        has_small or is_year_hidden as has_hidden_months,
        count_if(has_hidden_months) over same_year as hidden_count,
        count_if(not has_hidden_months and largest_count >= {{ fewest_people_shown() }}) over same_year as other_count,
        row_number() over (
            partition by indicator_code, fiscal_year, known_from
            order by has_hidden_months or largest_count < {{ fewest_people_shown() }}, largest_count, org_unit_code
        ) as month_place
    from years_judged
    window same_year as (partition by indicator_code, fiscal_year, known_from)
),

months_judged as (
    select
        *,
        has_hidden_months or (hidden_count = 1 and month_place = 1 and other_count > 0) as are_months_hidden,
        is_year_left_out or (has_hidden_months and hidden_count = 1 and other_count = 0) as is_left_out
    from months_ranked
),

suppressed as (
    select
        at_change_days.indicator_code,
        at_change_days.org_unit_code,
        at_change_days.period_grain,
        at_change_days.period_start,
        months_judged.is_left_out,
        at_change_days.known_from,
        at_change_days.known_to
    from at_change_days
    inner join months_judged
        on
            at_change_days.indicator_code = months_judged.indicator_code
            and at_change_days.org_unit_code = months_judged.org_unit_code
            and at_change_days.fiscal_year = months_judged.fiscal_year
            and at_change_days.known_from = months_judged.known_from
    where
        months_judged.is_left_out
        or (at_change_days.period_grain = 'fiscal_year' and months_judged.is_year_hidden)
        or (at_change_days.period_grain = 'month' and months_judged.are_months_hidden)
)

select * from suppressed
