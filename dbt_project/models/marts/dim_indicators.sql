with

indicators as (
    select
        indicators.indicator_code,
        indicators.name_ja,
        indicators.name_en,
        strategies.name_ja as strategy_name_ja,
        strategies.name_en as strategy_name_en,
        indicators.definition_ja,
        indicators.definition_en,
        indicators.kind,
        indicators.unit_ja,
        indicators.unit_en,
        indicators.direction,
        indicators.source_name,
        indicators.owner,
        indicators.issue_no,
        indicators.sort_order,
        indicators.display_decimals,
        indicators.natural_limit
    from {{ ref('indicators') }} as indicators
    left join {{ ref('strategies') }} as strategies on indicators.issue_no = strategies.issue_no
)

select * from indicators
