{{ config(materialized='view') }}

-- Hires of a fiscal year, each row with its number, below zero where it takes hires back (▲). What is not decided yet (blank) counts nothing and is
-- no row here. `what` is the month of the hire: its day could be looked up.
with

years as (
    select * from {{ ref('int_city_years_standing') }}
    where indicator_code = 'specialists_hired'
),

hires as (
    select
        years.fiscal_year,
        hires.item_id,
        hires.sheet_name,
        hires.source_row,
        hires.sheet_row,
        hires.hire_count,
        hires.hired_on
    from {{ ref('stg_specialists__hires') }} as hires
    inner join {{ ref('int_items_standing') }} as items on hires.item_id = items.item_id
    inner join years on hires.hired_on between years.period_start and years.period_end
    inner join {{ ref('stg_night__run_contexts') }} as run_contexts on hires.hired_on <= run_contexts.as_of
    where hires.hire_count is not null
),

counted_rows as (
    select
        'specialists_hired' as indicator_code,
        fiscal_year,
        'numerator' as part,
        item_id,
        sheet_name,
        source_row,
        sheet_row,
        strftime(hired_on, '%Y-%m') as what,
        hire_count as counts,
        cast(1 as bigint) as rows_behind
    from hires
    union all
    {{ city_as_denominator('specialists_hired') }}
)

select * from counted_rows
