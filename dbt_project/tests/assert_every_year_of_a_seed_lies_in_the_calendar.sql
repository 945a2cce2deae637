-- A year outside the calendar would join nothing: its target or baseline would be lost without a
-- word.
with

calendar as (
    select
        min(fiscal_year) as first_year,
        max(fiscal_year) as last_year
    from {{ ref('int_fiscal_years') }}
),

years as (
    select
        'indicator_targets.csv' as seed_file,
        indicator_code,
        'fiscal_year' as column_name,
        fiscal_year
    from {{ ref('indicator_targets') }}
    union all
    select
        'indicators.csv' as seed_file,
        indicator_code,
        'baseline_fiscal_year' as column_name,
        baseline_fiscal_year as fiscal_year
    from {{ ref('indicators') }}
    union all
    select
        'published_actuals.csv' as seed_file,
        indicator_code,
        'fiscal_year' as column_name,
        fiscal_year
    from {{ ref('published_actuals') }}
),

outside as (
    select
        'seeds/' || years.seed_file || ', ' || years.indicator_code || ': ' || years.column_name || ' ' || years.fiscal_year
        || ' is not within ' || calendar.first_year || ' to ' || calendar.last_year as finding,
        'correct the year in dbt_project/seeds/' || years.seed_file
        || ', or widen dbt_project/models/intermediate/calendar/int_fiscal_years.sql' as next_step
    from years
    cross join calendar
    where years.fiscal_year not between calendar.first_year and calendar.last_year
)

select * from outside
