-- The definition of each indicator that is in force on the warehouse's own date, else the nearest
-- one: a definition that is not in force yet, or no longer, still explains the figures there are.
-- One row per indicator.
with

run_contexts as (
    select as_of from {{ ref('stg_night__run_contexts') }}
),

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
    select indicators.*
    from {{ ref('indicators') }} as indicators
    cross join run_contexts
    qualify
        row_number() over (
            partition by indicators.indicator_code
            order by indicators.valid_from <= run_contexts.as_of desc, abs(date_diff('day', indicators.valid_from, run_contexts.as_of))
        ) = 1
),

defaulted as (
    select * exclude (valid_from, valid_to) replace (coalesce(may_be_negative, false) as may_be_negative)
    from definitions
),

in_force as (
    select
        definitions.*,
        strategies.name_ja as strategy_name_ja,
        strategies.name_en as strategy_name_en,
        coalesce(validities.valid_to < run_contexts.as_of, false) as is_ended,
        validities.valid_from,
        validities.valid_to
    from defaulted as definitions
    inner join validities on definitions.indicator_code = validities.indicator_code
    cross join run_contexts
    left join {{ ref('strategies') }} as strategies on definitions.issue_no = strategies.issue_no
)

select * from in_force
