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

indicators as (
    select
        indicators.indicator_code,
        indicators.name_ja,
        indicators.name_en,
        strategies.name_ja as strategy_name_ja,
        strategies.name_en as strategy_name_en,
        indicators.definition_ja,
        indicators.definition_en,
        indicators.formula_ja,
        indicators.formula_en,
        indicators.kind,
        indicators.unit_ja,
        indicators.unit_en,
        indicators.counted_ja,
        indicators.counted_en,
        indicators.counted_one_en,
        indicators.direction,
        indicators.rounding_rule,
        indicators.source_name,
        indicators.owner,
        indicators.frequency,
        indicators.judging_method,
        indicators.revision_note,
        indicators.issue_no,
        indicators.sort_order,
        indicators.display_decimals,
        indicators.baseline_fiscal_year,
        indicators.natural_limit,
        indicators.counts_people,
        coalesce(indicators.may_be_negative, false) as may_be_negative,
        coalesce(validities.valid_to < run_contexts.as_of, false) as is_ended,
        validities.valid_from,
        validities.valid_to
    from {{ ref('int_indicators_in_force') }} as indicators
    inner join validities on indicators.indicator_code = validities.indicator_code
    cross join {{ ref('stg_night__run_contexts') }} as run_contexts
    left join {{ ref('strategies') }} as strategies on indicators.issue_no = strategies.issue_no
)

select * from indicators
