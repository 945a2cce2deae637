{{ config(materialized='view') }}

-- Things that the standing figure of a stock counts, those that are open on the day to which a
-- fiscal year is measured: of each the first of its open rows.
with

open_rows as (
    select
        years.fiscal_year,
        contributions.*
    from {{ ref('int_stocks_contributed') }} as contributions
    inner join {{ ref('int_items_standing') }} as items on contributions.item_id = items.item_id
    inner join {{ ref('int_city_years_standing') }} as years
        on
            contributions.indicator_code = years.indicator_code
            and contributions.open_from <= years.measured_to
            and contributions.open_to > years.measured_to
    where contributions.is_city
),

counted_rows as (
    select
        indicator_code,
        fiscal_year,
        'numerator' as part,
        item_id,
        cast(null as varchar) as sheet_name,
        arg_min(source_row, (open_from, source_row)) as source_row,
        cast(null as bigint) as sheet_row,
        what,
        max(amount) as counts,
        sum(rows_behind) as rows_behind
    from open_rows
    group by indicator_code, fiscal_year, item_id, thing, what
)

select * from counted_rows
