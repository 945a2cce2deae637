{{ config(materialized='view') }}

-- The definitions of each indicator with the days on which each one explains its figures: from the
-- first of its days until the next one takes effect; the first one explains what was before it too,
-- and the last one what comes after. One row per indicator and definition.
with

-- An indicator is shown for the years in which some definition of it is in force.
validities as (
    select
        indicator_code,
        min(valid_from) as valid_from,
        case when count(valid_to) = count(*) then max(valid_to) end as valid_to
    from {{ ref('indicators') }}
    group by indicator_code
),

definitions as (
    select
        * exclude (valid_from, valid_to) replace (coalesce(may_be_negative, false) as may_be_negative),
        case when lag(valid_from) over same_indicator is null then date '0001-01-01' else valid_from end as in_force_from,
        lead(valid_from, 1, {{ no_end() }}) over same_indicator as in_force_to
    from {{ ref('indicators') }}
    window same_indicator as (partition by indicator_code order by valid_from)
),

dated as (
    select
        definitions.*,
        strategies.name_ja as strategy_name_ja,
        strategies.name_en as strategy_name_en,
        validities.valid_from,
        validities.valid_to
    from definitions
    inner join validities on definitions.indicator_code = validities.indicator_code
    left join {{ ref('strategies') }} as strategies on definitions.issue_no = strategies.issue_no
)

select * from dated
