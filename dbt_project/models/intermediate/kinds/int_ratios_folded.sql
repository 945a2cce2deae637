-- Figures of every ratio: the amounts of things of a month that are known to be in the numerator,
-- and those of its denominator, by department and for the city. A thing counts once, and in the
-- numerator only where it is in the denominator. A fiscal year's value is its latest complete
-- month's, in the end March's.
with

things as (
    select * from {{ ref('int_ratio_times') }}
),

denominators as (
    select * from things
    where part = 'denominator'
),

numerators as (
    select
        things.* replace (
            greatest(things.known_from, denominators.known_from) as known_from,
            least(things.known_to, denominators.known_to) as known_to
        )
    from things
    inner join denominators
        on
            things.indicator_code = denominators.indicator_code
            and things.org_unit_code is not distinct from denominators.org_unit_code
            and things.thing = denominators.thing
            and things.month_start = denominators.month_start
            and things.known_from < denominators.known_to
            and things.known_to > denominators.known_from
    where things.part = 'numerator'
),

amounts as (
    select
        *,
        0 as numerator,
        amount as denominator
    from denominators
    union all
    select
        *,
        amount as numerator,
        0 as denominator
    from numerators
),

changes as (
    select
        indicator_code,
        org_unit_code,
        month_start,
        known_from,
        numerator,
        denominator
    from amounts
    union all
    select
        indicator_code,
        org_unit_code,
        month_start,
        known_to as known_from,
        -numerator as numerator,
        -denominator as denominator
    from amounts
    where known_to < {{ no_end() }}
),

counted_for as (
    select * replace ({{ city_code() }} as org_unit_code)
    from changes
    union all
    select * from changes
    where org_unit_code is not null
),

unit_months as (
    select
        indicator_code,
        org_unit_code,
        month_start,
        last_day(month_start) as month_end,
        known_from,
        sum(sum(numerator)) over (partition by indicator_code, org_unit_code, month_start order by known_from) as numerator,
        sum(sum(denominator)) over (partition by indicator_code, org_unit_code, month_start order by known_from) as denominator
    from counted_for
    group by indicator_code, org_unit_code, month_start, known_from
),

actuals as (
    {{ months_and_their_years('unit_months') }}
),

known_by_now as (
    {{ known_by_now('actuals') }}
)

select * from known_by_now
