{{ config(materialized='view') }}

-- Things that the standing figure of a ratio counts, those of the month to which a fiscal year is
-- measured: of each its first row. How many rows stand behind that one is not told where they are
-- of one or two people.
with

landed_items as (
    select
        item_id,
        item_key
    from {{ ref('stg_night__landed_items') }}
),

contributions as (
    select * from {{ ref('int_ratios_contributed') }}
    where {{ is_in_a_month_that_years_show(ref('int_city_years_standing')) }}
),

-- Once each: what happened may be told twice.
months_rows as (
    select distinct
        years.fiscal_year,
        contributions.indicator_code,
        contributions.part,
        contributions.item_id,
        contributions.sheet_name,
        contributions.org_unit_code,
        contributions.thing,
        contributions.what,
        contributions.person,
        contributions.source_row,
        contributions.sheet_row,
        contributions.amount,
        contributions.rows_behind,
        contributions.happened_on
    from contributions
    inner join {{ ref('stg_night__run_contexts') }} as run_contexts on {{ known_on('run_contexts.as_of', 'contributions') }}
    inner join {{ ref('int_city_years_standing') }} as years
        on
            contributions.indicator_code = years.indicator_code
            and contributions.month_start = cast(date_trunc('month', years.measured_to) as date)
),

denominator_things as (
    select distinct
        indicator_code,
        fiscal_year,
        org_unit_code,
        thing
    from months_rows
    where part = 'denominator'
),

things as (
    select
        months_rows.indicator_code,
        months_rows.fiscal_year,
        months_rows.part,
        months_rows.thing,
        max(months_rows.amount) as amount,
        arg_min(
            struct_pack(
                item_id := months_rows.item_id,
                sheet_name := months_rows.sheet_name,
                what := months_rows.what,
                source_row := months_rows.source_row,
                sheet_row := months_rows.sheet_row
            ),
            (months_rows.happened_on, coalesce(landed_items.item_key, ''), months_rows.source_row)
        ) as first_row,
        case
            when count(months_rows.person) = 0 or count(distinct months_rows.person) >= {{ fewest_people_shown() }}
                then cast(sum(months_rows.rows_behind) as bigint)
        end as rows_behind
    from months_rows
    inner join denominator_things
        on
            months_rows.indicator_code = denominator_things.indicator_code
            and months_rows.fiscal_year = denominator_things.fiscal_year
            and months_rows.org_unit_code is not distinct from denominator_things.org_unit_code
            and months_rows.thing = denominator_things.thing
    left join landed_items on months_rows.item_id = landed_items.item_id
    group by months_rows.indicator_code, months_rows.fiscal_year, months_rows.part, months_rows.org_unit_code, months_rows.thing
),

counted_rows as (
    select
        indicator_code,
        fiscal_year,
        part,
        first_row.item_id,
        first_row.sheet_name,
        first_row.source_row,
        first_row.sheet_row,
        first_row.what,
        amount as counts,
        rows_behind
    from things
)

select * from counted_rows
