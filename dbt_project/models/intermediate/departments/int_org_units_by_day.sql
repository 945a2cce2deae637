-- A catalogue names a department as it is called when it is written, whatever day its entries are
-- of. Which department stood there on which days: the named one while it was valid, after it its
-- successors, before it the one that it came from. Where it came from several, nobody can say
-- which. One row per named department and department that stood there.
with recursive

org_units as (
    select
        org_unit_code,
        predecessor_code,
        successor_code,
        valid_from,
        coalesce(valid_to, {{ no_end() }}) as valid_to
    from {{ ref('int_org_unit_lineages') }}
),

came_from as (
    select
        org_unit_code,
        predecessor_code as origin_code
    from org_units
    where predecessor_code is not null
    union
    select
        successor_code as org_unit_code,
        org_unit_code as origin_code
    from org_units
    where successor_code is not null
),

origins as (
    select
        org_unit_code,
        any_value(origin_code) as origin_code
    from came_from
    group by org_unit_code
    having count(*) = 1
),

later as (
    select
        org_unit_code as named_code,
        org_unit_code,
        successor_code,
        valid_from as stands_from,
        valid_to as stands_to,
        1 as step
    from org_units
    union all
    select
        later.named_code,
        org_units.org_unit_code,
        org_units.successor_code,
        greatest(org_units.valid_from, later.stands_to + 1) as stands_from,
        greatest(org_units.valid_to, later.stands_to) as stands_to,
        later.step + 1 as step
    from later
    inner join org_units on later.successor_code = org_units.org_unit_code
    where later.stands_to < {{ no_end() }} and later.step < 50
),

earlier as (
    select
        org_unit_code as named_code,
        org_unit_code,
        valid_from as stands_from,
        valid_to as stands_to,
        1 as step
    from org_units
    union all
    select
        earlier.named_code,
        org_units.org_unit_code,
        least(org_units.valid_from, earlier.stands_from) as stands_from,
        least(org_units.valid_to, earlier.stands_from - 1) as stands_to,
        earlier.step + 1 as step
    from earlier
    inner join origins on earlier.org_unit_code = origins.org_unit_code
    inner join org_units on origins.origin_code = org_units.org_unit_code
    where earlier.step < 50
),

units_by_day as (
    select
        named_code,
        org_unit_code,
        stands_from,
        stands_to
    from later
    where stands_from <= stands_to
    union
    select
        named_code,
        org_unit_code,
        stands_from,
        stands_to
    from earlier
    where stands_from <= stands_to
)

select * from units_by_day
