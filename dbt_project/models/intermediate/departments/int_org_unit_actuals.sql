{{ config(materialized='view') }}

with

indicators as (
    select
        indicator_code,
        kind
    from {{ ref('int_indicators_in_force') }}
),

org_units as (
    select
        org_unit_code,
        current_code,
        kind
    from {{ ref('int_org_unit_lineages') }}
),

shown as (
    select * from {{ ref('int_indicator_actuals') }}
    where is_current
),

-- What is reported of departments, with or without a row that may be shown: a roll-up must know of
-- the parts that it cannot have.
reported_parts as (
    select
        unioned.indicator_code,
        unioned.org_unit_code,
        unioned.period_grain,
        unioned.period_start,
        any_value(unioned.period_end) as period_end,
        arg_max(unioned.numerator is not null, unioned.known_from) as is_reported
    from {{ ref('int_indicators_unioned') }} as unioned
    where unioned.org_unit_code != {{ city_code() }}
    group by unioned.indicator_code, unioned.org_unit_code, unioned.period_grain, unioned.period_start
),

parts as (
    select
        reported_parts.indicator_code,
        reported_parts.org_unit_code,
        org_units.current_code,
        org_units.kind,
        current_units.kind as current_kind,
        reported_parts.period_grain,
        cast(reported_parts.period_start as date) as period_start,
        cast(reported_parts.period_end as date) as period_end,
        shown.numerator,
        shown.denominator,
        shown.org_unit_code is null as is_left_out,
        coalesce(shown.is_suppressed, true) as is_suppressed,
        coalesce(shown.is_provisional, false) as is_provisional
    from reported_parts
    inner join org_units on reported_parts.org_unit_code = org_units.org_unit_code
    inner join org_units as current_units on org_units.current_code = current_units.org_unit_code
    left join shown
        on
            reported_parts.indicator_code = shown.indicator_code
            and reported_parts.org_unit_code = shown.org_unit_code
            and reported_parts.period_grain = shown.period_grain
            and reported_parts.period_start = shown.period_start
    where reported_parts.is_reported or shown.org_unit_code is not null
),

periods_with_hidden as (
    select distinct
        indicator_code,
        period_grain,
        period_start
    from parts
    where is_suppressed
),

-- A part that is left out leaves out its whole. With one hidden count no kind is shown: it could be
-- worked out from the other kind and the city.
members as (
    select
        indicator_code,
        'as_it_was' as roll_up,
        org_unit_code as unit_code,
        kind as org_unit_kind,
        period_grain,
        period_start,
        period_end,
        numerator,
        denominator,
        is_left_out,
        is_suppressed,
        is_provisional
    from parts
    union all
    select
        indicator_code,
        'as_it_is_now' as roll_up,
        current_code as unit_code,
        current_kind as org_unit_kind,
        period_grain,
        period_start,
        period_end,
        numerator,
        denominator,
        is_left_out,
        is_suppressed,
        is_provisional
    from parts
    union all
    select
        parts.indicator_code,
        'kind' as roll_up,
        parts.kind as unit_code,
        parts.kind as org_unit_kind,
        parts.period_grain,
        parts.period_start,
        parts.period_end,
        parts.numerator,
        parts.denominator,
        false as is_left_out,
        periods_with_hidden.indicator_code is not null as is_suppressed,
        parts.is_provisional
    from parts
    left join periods_with_hidden
        on
            parts.indicator_code = periods_with_hidden.indicator_code
            and parts.period_grain = periods_with_hidden.period_grain
            and parts.period_start = periods_with_hidden.period_start
    union all
    select
        indicator_code,
        'city' as roll_up,
        org_unit_code as unit_code,
        null as org_unit_kind,
        period_grain,
        period_start,
        period_end,
        numerator,
        denominator,
        false as is_left_out,
        is_suppressed,
        is_provisional
    from shown
    where org_unit_code = {{ city_code() }} and indicator_code in (select parts.indicator_code from parts)
),

rolled_up as (
    select
        members.indicator_code,
        members.roll_up,
        members.unit_code,
        members.org_unit_kind,
        members.period_grain,
        {{ fiscal_year_of('members.period_start') }} as fiscal_year,
        any_value(indicators.kind) as indicator_kind,
        cast(case when not bool_or(members.is_suppressed) then count(*) end as integer) as part_count,
        cast(case when not bool_or(members.is_suppressed) then sum(members.numerator) end as decimal(24, 4)) as numerator,
        cast(case when any_value(indicators.kind) = 'ratio' then sum(members.denominator) else 1 end as decimal(24, 4)) as denominator,
        bool_or(members.is_suppressed) as is_suppressed,
        bool_or(members.is_provisional) as is_provisional,
        members.period_start,
        max(members.period_end) as period_end
    from members
    inner join indicators on members.indicator_code = indicators.indicator_code
    group by
        members.indicator_code,
        members.roll_up,
        members.unit_code,
        members.org_unit_kind,
        members.period_grain,
        members.period_start
    having not bool_or(members.is_left_out)
),

actuals as (
    select
        indicator_code,
        roll_up,
        unit_code,
        org_unit_kind,
        period_grain,
        fiscal_year,
        part_count,
        numerator,
        denominator,
        case
            when indicator_kind = 'ratio' then 100 * numerator / nullif(denominator, 0)
            else cast(numerator as double)
        end as actual_value,
        is_suppressed,
        is_provisional,
        period_start,
        period_end
    from rolled_up
)

select * from actuals
