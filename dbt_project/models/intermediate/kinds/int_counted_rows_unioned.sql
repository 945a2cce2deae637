-- The rows that every standing figure counts, by kind. The denominator of a count for the whole
-- city is one: the city, as the indicator's line in the seed defines it.
with

city_denominators as (
    select
        years.indicator_code,
        years.fiscal_year,
        'denominator' as part,
        'seeds/indicators.csv' as item_id,
        cast(null as varchar) as sheet_name,
        seed_lines.seed_line as source_row,
        cast(null as bigint) as sheet_row,
        {{ city_code() }} as what,
        1 as counts,
        cast(1 as bigint) as rows_behind
    from {{ ref('int_city_years_standing') }} as years
    inner join {{ ref('int_indicators_in_force') }} as indicators on years.indicator_code = indicators.indicator_code
    inner join {{ ref('int_seed_lines') }} as seed_lines
        on
            seed_lines.seed_file = 'indicators.csv'
            and years.indicator_code = seed_lines.seed_key
    where indicators.kind in ('flow', 'stock')
),

unioned as (
    select * from {{ ref('int_flows_counted') }}
    union all
    select * from {{ ref('int_milestones_counted') }}
    union all
    select * from {{ ref('int_ratios_counted') }}
    union all
    select * from {{ ref('int_stocks_counted') }}
    union all
    select * from city_denominators
)

select * from unioned
