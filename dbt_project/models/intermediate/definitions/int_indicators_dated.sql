{{ config(materialized='view') }}

-- The definitions of each indicator with the days on which each one explains its figures. One row
-- per indicator and definition.
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
        {{ in_force_days() }}
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
