-- The one fiscal year of each indicator that its actual, target and status are shown of, on every
-- day on which that could change: the latest in which a final actual stands beside a target;
-- without one the year in which a milestone was done, else the latest that is over, else the one
-- that goes on. One row per indicator and span of days on which it is the same year for the same
-- reason; none while no year has an actual.
with

indicators as (
    select
        indicator_code,
        kind,
        natural_limit
    from {{ ref('int_indicators_in_force') }}
),

history as (
    select * from {{ ref('int_indicator_progress_history') }}
),

change_days as (
    select distinct
        indicator_code,
        known_from
    from history
),

-- Of a plan that is done, each later year says that it is done.
years as (
    select
        change_days.indicator_code,
        change_days.known_from,
        history.fiscal_year,
        case
            when history.fiscal_year is null then null
            when history.status is not null and coalesce(history.status_reason, 'none') != 'year_not_over' then 'judged'
            when indicators.kind = 'milestone' and history.actual_value = indicators.natural_limit then 'done'
            when not history.is_provisional then 'measured'
            else 'part_year'
        end as year_choice
    from change_days
    inner join indicators on change_days.indicator_code = indicators.indicator_code
    left join history
        on
            change_days.indicator_code = history.indicator_code
            and {{ known_on('change_days.known_from', 'history') }}
            and history.is_shown
            and history.actual_origin is not null
),

chosen as (
    select * from years
    qualify
        row_number() over (
            partition by indicator_code, known_from
            order by
                list_position(['judged', 'done', 'measured', 'part_year'], year_choice) asc,
                case when year_choice = 'done' then fiscal_year end asc,
                fiscal_year desc
        ) = 1
),

changes as (
    select *
    from chosen
    qualify {{ differs_from_the_row_before('fiscal_year, year_choice', 'indicator_code') }}
),

-- A day on which every actual was withdrawn ends a span, and begins none.
dated as (
    select
        indicator_code,
        year_choice,
        fiscal_year,
        known_from,
        {{ next_known_from('indicator_code') }} as known_to
    from changes
),

shown as (
    select * from dated
    where fiscal_year is not null
)

select * from shown
