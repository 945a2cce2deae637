with

pairs as (
    select
        predecessor_code as earlier_code,
        org_unit_code as later_code
    from {{ ref('org_units') }}
    union
    select
        org_unit_code as earlier_code,
        successor_code as later_code
    from {{ ref('org_units') }}
)

select
    pairs.earlier_code,
    pairs.later_code,
    earlier.valid_from as earlier_from,
    later.valid_from as later_from
from pairs
inner join {{ ref('org_units') }} as earlier on pairs.earlier_code = earlier.org_unit_code
inner join {{ ref('org_units') }} as later on pairs.later_code = later.org_unit_code
where later.valid_from < earlier.valid_from
