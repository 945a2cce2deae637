-- One row per month of an indicator for the whole city, as known on $on; of a month that was not over
-- then nobody can say to which day it was measured.
with

months as (
    select
        period_start,
        numerator,
        denominator,
        actual_value,
        is_provisional,
        case when measured_to <= $on then measured_to end as measured_to
    from marts.fct_indicator_actuals
    where
        indicator_code = $indicator_code
        and org_unit_code = '271004'
        and period_grain = 'month'
        and $on >= known_from
        and ($on < known_to or known_to is null)
    order by period_start
)

select * from months
