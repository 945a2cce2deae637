-- Departments and what became of each. Its successor is the one that the seed names, or else the
-- one that names it as its predecessor; its current unit is the last of that line. A department
-- without a successor is its own current unit. One row per department.
with recursive

org_units as (
    select * from {{ ref('org_units') }}
),

-- Of a split that names nobody the last that was founded, so that there is an answer; the tests of
-- the seed ask for the name.
followers as (
    select
        predecessor_code as org_unit_code,
        arg_max(org_unit_code, (valid_from, org_unit_code)) as follower_code
    from org_units
    where predecessor_code is not null
    group by predecessor_code
),

steps as (
    select
        org_units.org_unit_code,
        org_units.valid_from,
        coalesce(org_units.successor_code, followers.follower_code) as successor_code
    from org_units
    left join followers on org_units.org_unit_code = followers.org_unit_code
),

-- Distinct pairs, so that a cycle in the seed ends here and fails a test.
chains as (
    select
        org_unit_code,
        org_unit_code as later_code
    from steps
    union
    select
        chains.org_unit_code,
        steps.successor_code as later_code
    from chains
    inner join steps on chains.later_code = steps.org_unit_code
    where steps.successor_code is not null
),

ends as (
    select
        chains.org_unit_code,
        arg_max(chains.later_code, (steps.successor_code is null, steps.valid_from, chains.later_code)) as current_code
    from chains
    inner join steps on chains.later_code = steps.org_unit_code
    group by chains.org_unit_code
),

lineages as (
    select
        org_units.org_unit_code,
        org_units.predecessor_code,
        steps.successor_code,
        ends.current_code,
        org_units.name_ja,
        org_units.name_en,
        org_units.kind,
        org_units.evidence,
        org_units.is_simulated,
        org_units.valid_from,
        org_units.valid_to
    from org_units
    inner join steps on org_units.org_unit_code = steps.org_unit_code
    inner join ends on org_units.org_unit_code = ends.org_unit_code
)

select * from lineages
