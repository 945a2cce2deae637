-- A ceiling where more is better, or a document that asks for less as the years go on, is a slip of
-- the pen; a total of several years is compared with totals alone.
with

targets as (
    select
        targets.*,
        indicators.direction,
        lag(targets.target_value) over (
            partition by
                targets.indicator_code, targets.effective_from, targets.source_document,
                targets.target_qualifier is not distinct from 'cumulative'
            order by targets.fiscal_year
        ) as earlier_target
    from {{ ref('indicator_targets') }} as targets
    inner join {{ ref('int_indicators_in_force') }} as indicators on targets.indicator_code = indicators.indicator_code
)

select *
from targets
where
    (direction = 'up' and (target_qualifier = 'at_most' or target_value < earlier_target))
    or (direction = 'down' and (target_qualifier = 'at_least' or target_value > earlier_target))
