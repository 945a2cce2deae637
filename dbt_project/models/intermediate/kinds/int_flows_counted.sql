{{ config(materialized='view') }}

-- The rows that the standing figure of a flow counts: of things that count once the first row of
-- each, else every row with an amount.
with

landed_items as (
    select
        item_id,
        item_key
    from {{ ref('stg_night__landed_items') }}
),

counted_rows as (
    select
        years.indicator_code,
        years.fiscal_year,
        'numerator' as part,
        contributions.item_id,
        contributions.sheet_name,
        contributions.source_row,
        contributions.sheet_row,
        contributions.what,
        contributions.amount as counts,
        contributions.rows_behind
    from {{ ref('int_flows_contributed') }} as contributions
    inner join {{ ref('stg_night__run_contexts') }} as run_contexts
        on {{ known_on('run_contexts.as_of', 'contributions') }} and run_contexts.as_of >= contributions.happened_on
    inner join {{ ref('int_city_years_standing') }} as years
        on
            contributions.indicator_code = years.indicator_code
            and contributions.happened_on between years.period_start and years.period_end
    inner join landed_items on contributions.item_id = landed_items.item_id
    where contributions.amount is not null
    qualify
        row_number() over (
            partition by years.indicator_code, years.fiscal_year, contributions.thing
            order by contributions.happened_on, landed_items.item_key, contributions.source_row
        ) = 1
)

select * from counted_rows
