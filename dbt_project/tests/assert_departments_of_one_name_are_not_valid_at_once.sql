select
    one.org_unit_code,
    other.org_unit_code as other_code,
    one.name_ja
from {{ ref('org_units') }} as one
inner join {{ ref('org_units') }} as other
    on
        one.name_ja = other.name_ja
        and one.org_unit_code < other.org_unit_code
        and one.valid_from <= coalesce(other.valid_to, {{ no_end() }})
        and other.valid_from <= coalesce(one.valid_to, {{ no_end() }})
