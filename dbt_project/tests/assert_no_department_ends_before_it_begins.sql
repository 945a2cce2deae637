select
    org_unit_code,
    valid_from,
    valid_to
from {{ ref('org_units') }}
where valid_to < valid_from
