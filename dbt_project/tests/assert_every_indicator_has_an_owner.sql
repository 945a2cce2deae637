select *
from {{ ref('indicators') }}
where coalesce(trim(owner), '') = '' or owner not in (select name_ja from {{ ref('org_units') }})
