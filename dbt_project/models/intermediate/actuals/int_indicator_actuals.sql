with

indicators as (
    select
        indicator_code,
        kind,
        counts_people,
        last_day(valid_to) as ends_on
    from {{ ref('int_indicators_in_force') }}
),

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

change_days as (
    select * from {{ ref('int_indicators_unioned') }}
),

-- A month becomes final on the day after its end, and a fiscal year with its last month. That is a
-- change day of its own where no input changed then. A flow and a milestone wait for a delivery
-- made after the end, at the longest until the city's books of the year are closed (31 May): what
-- is reported in March is not yet all there was. A year in which the indicator ended closes with
-- the month of its last day.
dated_changes as (
    select
        change_days.*,
        indicators.kind,
        least(change_days.period_end, coalesce(indicators.ends_on, change_days.period_end)) as closes_on,
        case
            when indicators.kind in ('flow', 'milestone') then make_date({{ fiscal_year_of('change_days.period_start') }} + 1, 5, 31)
            else least(change_days.period_end, coalesce(indicators.ends_on, change_days.period_end))
        end as reported_until
    from change_days
    inner join indicators on change_days.indicator_code = indicators.indicator_code
),

finished as (
    select
        dated_changes.indicator_code,
        dated_changes.org_unit_code,
        dated_changes.period_grain,
        dated_changes.period_start,
        dated_changes.period_end,
        -- Once a year is over, what a source reported of its days is all there is of them. A stock
        -- or a ratio waits for its last month.
        case when dated_changes.kind in ('flow', 'milestone') then dated_changes.period_end else dated_changes.measured_to end as measured_to,
        dated_changes.reported_until + 1 as known_from,
        dated_changes.numerator,
        dated_changes.denominator,
        dated_changes.closes_on
    from dated_changes
    cross join run_contexts
    where dated_changes.known_from <= dated_changes.reported_until and dated_changes.reported_until < run_contexts.as_of
    -- The last change day, and not the last figure: a figure may have been taken back.
    qualify
        row_number() over (
            partition by dated_changes.indicator_code, dated_changes.org_unit_code, dated_changes.period_grain, dated_changes.period_start
            order by dated_changes.known_from desc
        ) = 1
),

valued as (
    select
        * exclude (kind, reported_until),
        known_from <= closes_on or measured_to < closes_on as is_provisional
    from dated_changes
    union all
    select
        finished.*,
        finished.measured_to < finished.closes_on as is_provisional
    from finished
    anti join change_days
        on
            finished.indicator_code = change_days.indicator_code
            and finished.org_unit_code = change_days.org_unit_code
            and finished.period_grain = change_days.period_grain
            and finished.period_start = change_days.period_start
            and finished.known_from = change_days.known_from
),

suppressed_counts as (
    select * from {{ ref('int_suppressed_counts') }}
),

spans as (
    select
        *,
        {{ next_known_from('indicator_code, org_unit_code, period_grain, period_start') }} as known_to
    from valued
),

suppression_days as (
    select
        indicator_code,
        org_unit_code,
        period_grain,
        period_start,
        unnest([known_from, known_to]) as changed_on
    from suppressed_counts
),

-- A count can be hidden or shown again on a day on which it did not change: another one did.
points as (
    select * from spans
    union
    select spans.* replace (suppression_days.changed_on as known_from)
    from spans
    inner join suppression_days
        on
            spans.indicator_code = suppression_days.indicator_code
            and spans.org_unit_code = suppression_days.org_unit_code
            and spans.period_grain = suppression_days.period_grain
            and spans.period_start = suppression_days.period_start
            and spans.known_from < suppression_days.changed_on
            and spans.known_to > suppression_days.changed_on
),

-- A hidden count loses its figure before equal neighbours are collapsed, so that no boundary shows
-- when it changed.
judged as (
    select
        points.* replace (case when suppressed_counts.known_from is null then points.numerator end as numerator),
        coalesce(not suppressed_counts.is_left_out, false) as is_suppressed
    from points
    left join suppressed_counts
        on
            points.indicator_code = suppressed_counts.indicator_code
            and points.org_unit_code = suppressed_counts.org_unit_code
            and points.period_grain = suppressed_counts.period_grain
            and points.period_start = suppressed_counts.period_start
            and {{ known_on('points.known_from', 'suppressed_counts') }}
),

changes as (
    select *
    from judged
    qualify {{ differs_from_the_row_before(
        'numerator, denominator, measured_to, is_provisional, is_suppressed',
        'indicator_code, org_unit_code, period_grain, period_start'
    ) }}
),

shown as (
    select
        * replace ({{ next_known_from('indicator_code, org_unit_code, period_grain, period_start') }} as known_to)
    from changes
    qualify numerator is not null or is_suppressed
),

actuals as (
    select
        shown.indicator_code,
        shown.org_unit_code,
        shown.period_grain,
        {{ fiscal_year_of('shown.period_start') }} as fiscal_year,
        shown.numerator,
        shown.denominator,
        case when indicators.kind in ('ratio', 'milestone') then shown.numerator / nullif(shown.denominator, 0) end as actual_ratio,
        case
            when indicators.kind in ('ratio', 'milestone') then 100 * shown.numerator / nullif(shown.denominator, 0)
            else cast(shown.numerator as double)
        end as actual_value,
        -- What is counted is known exactly: only published figures have a qualifier that widens
        -- them.
        actual_value as value_lower,
        actual_value as value_upper,
        shown.is_suppressed,
        shown.is_provisional,
        shown.known_to = {{ no_end() }} as is_current,
        cast(shown.period_start as date) as period_start,
        cast(shown.period_end as date) as period_end,
        cast(shown.measured_to as date) as measured_to,
        cast(shown.known_from as date) as known_from,
        cast(shown.known_to as date) as known_to
    from shown
    inner join indicators on shown.indicator_code = indicators.indicator_code
    -- Of people in a department only the count of today: from one day's to the next somebody could
    -- be worked out, however few of them are hidden.
    where not indicators.counts_people or shown.org_unit_code = {{ city_code() }} or shown.known_to = {{ no_end() }}
)

select * from actuals
