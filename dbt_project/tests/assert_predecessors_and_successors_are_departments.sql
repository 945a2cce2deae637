with

named as (
    select
        org_unit_code,
        'predecessor_code' as column_name,
        predecessor_code as named_code
    from {{ ref('org_units') }}
    union all
    select
        org_unit_code,
        'successor_code' as column_name,
        successor_code as named_code
    from {{ ref('org_units') }}
)

select named.*
from named
anti join {{ ref('org_units') }} as org_units on named.named_code = org_units.org_unit_code
where named.named_code is not null
