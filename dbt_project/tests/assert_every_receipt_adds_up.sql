-- Of an indicator whose rows are listed, the rows of each year give its numerator and its
-- denominator, and there are none of a year without a figure.
with

summed as (
    select
        indicator_code,
        fiscal_year,
        sum(counts) filter (where part = 'numerator') as numerator,
        sum(counts) filter (where part = 'denominator') as denominator
    from {{ ref('fct_counted_rows') }}
    group by indicator_code, fiscal_year
),

city_years as (
    select * from {{ ref('int_city_years_standing') }}
    where indicator_code in (select summed.indicator_code from summed)
)

select
    coalesce(city_years.indicator_code, summed.indicator_code) as indicator_code,
    coalesce(city_years.fiscal_year, summed.fiscal_year) as fiscal_year,
    city_years.numerator,
    city_years.denominator,
    summed.numerator as counted_numerator,
    summed.denominator as counted_denominator
from city_years
full join summed
    on
        city_years.indicator_code = summed.indicator_code
        and city_years.fiscal_year = summed.fiscal_year
where
    city_years.numerator is distinct from coalesce(summed.numerator, 0)
    or city_years.denominator is distinct from coalesce(summed.denominator, 0)
