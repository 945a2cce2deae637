-- A ratio and a milestone end at 100; pace and growth say nothing of a one-year target or a plan of
-- stages.
select *
from {{ ref('indicators') }}
where
    kind not in ('stock', 'flow', 'ratio', 'milestone')
    or direction not in ('up', 'down')
    or judging_method not in ('level', 'linear_pace', 'statcan_cagr')
    or (kind in ('ratio', 'milestone') and natural_limit is distinct from 100)
    or (kind in ('flow', 'milestone') and judging_method != 'level')
