-- How much arrived, against what is typical: a day's log beside the median of the eight days of its
-- kind (working or closed) before it, a roster beside the one before it, anything else beside the
-- delivery of it that is published. One row per item as it stands now; typical_rows is null while
-- there is too little to compare with.
with

loads as (
    select * from {{ ref('int_loads') }}
    where source_name != 'policy_pages'
),

published_deliveries as (
    select
        source_name,
        item_key,
        arg_max(rows_staged, (known_from, landed_at)) as published_rows
    from loads
    where not is_new
    group by source_name, item_key
),

closed_days as (
    select * from {{ ref('int_closed_days') }}
),

last_entered as (
    select max(closed_date) filter (where is_entered) as closed_date from closed_days
),

arrivals as (
    select
        loads.item_id,
        loads.source_name,
        loads.item_key,
        loads.rows_read,
        loads.rows_staged,
        loads.rows_rejected + loads.rows_quarantined as rows_lost,
        loads.is_new,
        published_deliveries.published_rows,
        loads.business_date,
        loads.source_name = 'access_log'
        and (dayofweek(loads.business_date) in (0, 6) or closed_days.closed_date is not null) as is_closed_day,
        -- Of a later day nobody has said yet whether the offices were open.
        loads.source_name != 'access_log' or loads.business_date <= last_entered.closed_date as is_in_calendar
    from loads
    cross join last_entered
    left join closed_days on loads.business_date = closed_days.closed_date
    left join published_deliveries
        on
            loads.source_name = published_deliveries.source_name
            and loads.item_key = published_deliveries.item_key
    where loads.is_current
),

compared as (
    select
        *,
        case
            when source_name = 'access_log' and count(*) over last_eight >= 3 then median(rows_staged) over last_eight
            when source_name = 'staff_roster' then lag(rows_staged) over same_kind
            when source_name not in ('access_log', 'staff_roster') then published_rows
        end as typical_rows
    from arrivals
    window
        same_kind as (partition by source_name, is_closed_day order by business_date, item_key),
        last_eight as (
            partition by source_name, is_closed_day
            order by business_date, item_key
            rows between 8 preceding and 1 preceding
        )
),

with_shares as (
    select
        *,
        rows_staged / nullif(typical_rows, 0) as share_of_typical,
        -- Of a handful of rows, one bad row is no share to judge by.
        case when rows_read >= 20 then rows_lost / rows_read end as lost_share
    from compared
),

volumes as (
    select
        *,
        case when is_in_calendar then share_of_typical end as share_in_calendar,
        case when not is_in_calendar then share_of_typical end as share_after_calendar
    from with_shares
)

select * from volumes
