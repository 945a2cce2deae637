with

fiscal_years as (
    select
        fiscal_year,
        'FY' || fiscal_year as label_en,
        case
            when fiscal_year = 2019 then '令和元年度'
            when fiscal_year > 2019 then '令和' || (fiscal_year - 2018) || '年度'
            else '平成' || (fiscal_year - 1988) || '年度'
        end as label_ja,
        starts_on,
        ends_on
    from {{ ref('int_fiscal_years') }}
)

select * from fiscal_years
