{{ config(materialized='incremental', incremental_strategy='rows_taken_over') }}

-- The times in which a thing of a month is known to be in a part of a ratio, without a gap. What a
-- ratio counts can be a row for every day of everybody; of the months whose digest is the same as
-- when they were worked out, what came out is taken over, and nothing is joined again. An indicator
-- without digests is worked out whole.
with

digests as (
    select * from {{ ref('int_usage_month_digests') }}
),

-- Of what is known of a thing again and again, once.
known_times as (
    select distinct
        indicator_code,
        part,
        org_unit_code,
        thing,
        amount,
        month_start,
        known_from,
        known_to
    from {{ ref('int_ratios_contributed') }}
    {%- if is_incremental() %}
    where {{ is_in_a_month_to_work_out(ref('int_usage_month_digests'), this) }}
    {%- endif %}
),

marked as (
    select
        *,
        coalesce(known_from > max(known_to) over (
            same_thing
            rows between unbounded preceding and 1 preceding
        ), false) as is_after_a_gap
    from known_times
    window same_thing as (partition by indicator_code, part, org_unit_code, thing, amount, month_start order by known_from, known_to)
),

numbered as (
    select
        *,
        count_if(is_after_a_gap) over (
            partition by indicator_code, part, org_unit_code, thing, amount, month_start
            order by known_from, known_to
            rows unbounded preceding
        ) as place
    from marked
),

worked_out as (
    select
        indicator_code,
        part,
        org_unit_code,
        thing,
        amount,
        month_start,
        min(known_from) as known_from,
        max(known_to) as known_to
    from numbered
    group by indicator_code, part, org_unit_code, thing, amount, month_start, place
),

times as (
    select
        worked_out.*,
        digests.digest
    from worked_out
    left join digests
        on
            worked_out.indicator_code = digests.indicator_code
            and worked_out.month_start = digests.month_start
    {%- if is_incremental() %}
    union all
    select kept.*
    from {{ this }} as kept
    inner join digests
        on
            kept.indicator_code = digests.indicator_code
            and kept.month_start = digests.month_start
            and kept.digest = digests.digest
    {%- endif %}
)

select * from times
