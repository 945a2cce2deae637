with

actuals as (
    select * from {{ ref('int_indicator_actuals') }}
    where
        indicator_code = 'visualisation_usage_rate'
        and period_grain = 'month'
        and org_unit_code != {{ city_code() }}
        and is_current
),

lineages as (
    select * from {{ ref('int_org_unit_lineages') }}
),

months as (
    select
        lineages.current_code as org_unit_code,
        actuals.period_start as month_start,
        bool_or(actuals.numerator > 0) as is_used,
        bool_or(actuals.is_provisional) as is_provisional
    from actuals
    inner join lineages on actuals.org_unit_code = lineages.org_unit_code
    group by lineages.current_code, actuals.period_start
),

remembered as (
    select
        *,
        lag(is_used) over same_department as was_used,
        coalesce(bool_or(is_used) over before, false) as was_ever_used,
        month_start = min(month_start) over () as is_first_month
    from months
    window
        same_department as (partition by org_unit_code order by month_start),
        before as (partition by org_unit_code order by month_start rows between unbounded preceding and 1 preceding)
),

-- In the log's first month nobody can be seen to join, and in a month that is not over nobody to
-- leave.
usage_months as (
    select
        org_unit_code,
        case
            when is_first_month then null
            when is_used and not was_ever_used then 'joined'
            when is_used and not was_used then 'returned'
            when not is_used and was_used and not is_provisional then 'left'
        end as change,
        is_used,
        is_provisional,
        month_start
    from remembered
)

select * from usage_months
