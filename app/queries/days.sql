-- One row per fiscal year that ended before $as_of and on a day of which anything is known, the last
-- first; one row without a year where none did. Each with the first day of which anything is known.
with

first_days as (
    select min(known_from) as first_on
    from marts.fct_indicator_progress_history
    where is_shown
),

days as (
    select
        first_days.first_on,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        fiscal_years.ends_on
    from first_days
    left join marts.dim_fiscal_years as fiscal_years
        on
            first_days.first_on <= fiscal_years.ends_on
            and $as_of > fiscal_years.ends_on
    order by fiscal_years.ends_on desc
)

select * from days
