select
    earlier.indicator_code,
    earlier.valid_from,
    later.valid_from as also_valid_from
from {{ ref('indicators') }} as earlier
inner join {{ ref('indicators') }} as later
    on
        earlier.indicator_code = later.indicator_code
        and earlier.valid_from < later.valid_from
        and coalesce(earlier.valid_to, {{ no_end() }}) >= later.valid_from
union all
select
    indicator_code,
    valid_from,
    valid_to
from {{ ref('indicators') }}
where valid_to < valid_from
