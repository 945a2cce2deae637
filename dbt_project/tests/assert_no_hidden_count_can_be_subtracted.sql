-- The city's count less the departments that are shown is the count of the hidden ones. So no
-- department is hidden alone, and no roll-up is shown that holds a hidden one.
with

org_unit_actuals as (
    select org_unit_actuals.*
    from {{ ref('fct_org_unit_actuals') }} as org_unit_actuals
    inner join {{ ref('dim_indicators') }} as indicators on org_unit_actuals.indicator_code = indicators.indicator_code
    where indicators.counts_people
),

-- The kinds add up every department that something is reported of, those too that have no row and
-- so hide beside the hidden ones.
hidden as (
    select
        indicator_code,
        period_grain,
        period_start,
        sum(part_count) filter (where roll_up = 'kind')
        - count(*) filter (where roll_up = 'as_it_was' and not is_suppressed) as hidden_count
    from org_unit_actuals
    group by indicator_code, period_grain, period_start
    having count(*) filter (where roll_up = 'as_it_was' and is_suppressed) > 0
),

hidden_now as (
    select distinct
        org_unit_actuals.indicator_code,
        org_unit_actuals.period_grain,
        org_unit_actuals.period_start,
        org_units.current_code
    from org_unit_actuals
    inner join {{ ref('dim_org_units') }} as org_units on org_unit_actuals.unit_code = org_units.org_unit_code
    where org_unit_actuals.roll_up = 'as_it_was' and org_unit_actuals.is_suppressed
),

worked_out as (
    select
        hidden.indicator_code,
        'alone' as worked_out_by,
        hidden.period_grain,
        hidden.period_start
    from hidden
    where hidden.hidden_count = 1
    union all
    select
        org_unit_actuals.indicator_code,
        'kind' as worked_out_by,
        org_unit_actuals.period_grain,
        org_unit_actuals.period_start
    from org_unit_actuals
    inner join hidden
        on
            org_unit_actuals.indicator_code = hidden.indicator_code
            and org_unit_actuals.period_grain = hidden.period_grain
            and org_unit_actuals.period_start = hidden.period_start
    where org_unit_actuals.roll_up = 'kind' and not org_unit_actuals.is_suppressed
    union all
    select
        org_unit_actuals.indicator_code,
        'as_it_is_now' as worked_out_by,
        org_unit_actuals.period_grain,
        org_unit_actuals.period_start
    from org_unit_actuals
    inner join hidden_now
        on
            org_unit_actuals.indicator_code = hidden_now.indicator_code
            and org_unit_actuals.period_grain = hidden_now.period_grain
            and org_unit_actuals.period_start = hidden_now.period_start
            and org_unit_actuals.unit_code = hidden_now.current_code
    where org_unit_actuals.roll_up = 'as_it_is_now' and not org_unit_actuals.is_suppressed
)

select * from worked_out
