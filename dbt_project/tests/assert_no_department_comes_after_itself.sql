-- A line that never ends, or ends with nobody, has no unit as it is now: the last one found still
-- names a successor.
select
    lineages.org_unit_code,
    lineages.current_code
from {{ ref('int_org_unit_lineages') }} as lineages
inner join {{ ref('int_org_unit_lineages') }} as ends on lineages.current_code = ends.org_unit_code
where ends.successor_code is not null
