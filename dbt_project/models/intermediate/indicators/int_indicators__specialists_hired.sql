{{ config(materialized='view') }}

-- External specialists hired, by the department that the list names: each row with its number,
-- below zero where it takes hires back (▲), on its own day. A number that is not decided yet
-- (blank) is no amount. `what` is the month of the hire: its day could be looked up.
with

landed_items as (
    {{ effective_items('specialists') }}
),

contributions as (
    select
        'specialists_hired' as indicator_code,
        hires.item_id,
        hires.sheet_name,
        org_units.org_unit_code,
        concat_ws('/', hires.item_id, hires.sheet_name, hires.source_row) as thing,
        strftime(hires.hired_on, '%Y-%m') as what,
        hires.source_row,
        hires.sheet_row,
        hires.hire_count as amount,
        cast(1 as bigint) as rows_behind,
        false as is_counted_once,
        hires.hired_on as happened_on,
        landed_items.known_from,
        landed_items.known_to
    from {{ ref('stg_specialists__hires') }} as hires
    inner join landed_items on hires.item_id = landed_items.item_id
    left join {{ ref('int_org_unit_lineages') }} as org_units
        on
            hires.department_name = org_units.name_ja
            and hires.hired_on >= org_units.valid_from
            and hires.hired_on <= coalesce(org_units.valid_to, {{ no_end() }})
)

select * from contributions
