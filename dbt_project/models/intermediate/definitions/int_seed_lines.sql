-- On which line of its file a seed's row stands, the heading being line 1: a seed is copied in the
-- order of its file, and no value of these has a line break. Row numbers are the table's own, hence
-- render(), which --empty leaves alone. One row per key of the seeds that counted rows cite: of an
-- indicator that was defined anew, the last definition.
with

indicator_lines as (
    select
        indicator_code,
        row_number() over (order by rowid) + 1 as seed_line
    from {{ ref('indicators').render() }}
),

seed_lines as (
    select
        'org_units.csv' as seed_file,
        org_unit_code as seed_key,
        row_number() over (order by rowid) + 1 as seed_line
    from {{ ref('org_units').render() }}
    union all
    select
        'indicators.csv' as seed_file,
        indicator_code as seed_key,
        max(seed_line) as seed_line
    from indicator_lines
    group by indicator_code
)

select * from seed_lines
