-- Where several departments name one predecessor, its successor_code says under which of them its
-- figures go on.
select
    predecessors.org_unit_code,
    count(*) as follower_count
from {{ ref('org_units') }} as predecessors
inner join {{ ref('org_units') }} as followers on predecessors.org_unit_code = followers.predecessor_code
where predecessors.successor_code is null
group by predecessors.org_unit_code
having count(*) > 1
