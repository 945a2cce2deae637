{#- Japan's public holidays by the Act on National Holidays as amended for 2020, and the days
    between the years on which the city's offices are closed by ordinance; of the years of a CTE
    `years` (year). The day of an equinox is that of the usual approximation, right from 1980 to
    2099; the official one is published in the February before. One row per day: closed_date,
    reason_ja. -#}
{% macro public_holidays() -%}
    with

    fixed_days as (
        select unnest([
            (1, 1, '元日'),
            (2, 11, '建国記念の日'),
            (2, 23, '天皇誕生日'),
            (4, 29, '昭和の日'),
            (5, 3, '憲法記念日'),
            (5, 4, 'みどりの日'),
            (5, 5, 'こどもの日'),
            (8, 11, '山の日'),
            (11, 3, '文化の日'),
            (11, 23, '勤労感謝の日')
        ]) as listed
    ),

    mondays as (
        select unnest([(1, 2, '成人の日'), (7, 3, '海の日'), (9, 3, '敬老の日'), (10, 2, 'スポーツの日')]) as listed
    ),

    equinoxes as (
        select unnest([(3, 20.8431, '春分の日'), (9, 23.2488, '秋分の日')]) as listed
    ),

    holidays as (
        select
            make_date(years.year, fixed_days.listed[1], fixed_days.listed[2]) as closed_date,
            fixed_days.listed[3] as reason_ja
        from years
        cross join fixed_days
        union all
        -- The nth Monday: seven days for each one before it, after the first, which isodow finds.
        select
            make_date(years.year, mondays.listed[1], 1)
            + (8 - cast(isodow(make_date(years.year, mondays.listed[1], 1)) as integer)) % 7
            + 7 * (mondays.listed[2] - 1) as closed_date,
            mondays.listed[3] as reason_ja
        from years
        cross join mondays
        union all
        select
            make_date(
                years.year,
                equinoxes.listed[1],
                cast(floor(equinoxes.listed[2] + 0.242194 * (years.year - 1980) - floor((years.year - 1980) / 4)) as integer)
            ) as closed_date,
            equinoxes.listed[3] as reason_ja
        from years
        cross join equinoxes
    ),

    -- A holiday on a Sunday is made up for on the next day that is none.
    days_after_sundays as (
        select
            closed_date as sunday,
            closed_date + cast(unnest(range(1, 8)) as integer) as closed_date
        from holidays
        where isodow(closed_date) = 7
    ),

    substitutes as (
        select
            min(days_after_sundays.closed_date) as closed_date,
            '振替休日' as reason_ja
        from days_after_sundays
        anti join holidays on days_after_sundays.closed_date = holidays.closed_date
        group by days_after_sundays.sunday
    ),

    -- A day between two holidays is one.
    between_holidays as (
        select
            holidays.closed_date + 1 as closed_date,
            '国民の休日' as reason_ja
        from holidays
        where
            holidays.closed_date + 2 in (select others.closed_date from holidays as others)
            and holidays.closed_date + 1 not in (select others.closed_date from holidays as others)
    ),

    office_days as (
        select
            make_date(years.year, days.listed[1], days.listed[2]) as closed_date,
            '年末年始の休庁日' as reason_ja
        from years
        cross join (select unnest([(1, 2), (1, 3), (12, 29), (12, 30), (12, 31)]) as listed) as days
    ),

    closed_days as (
        select * from holidays
        union all
        select * from substitutes
        union all
        select between_holidays.* from between_holidays
        anti join substitutes on between_holidays.closed_date = substitutes.closed_date
        union all
        select office_days.* from office_days
        anti join substitutes on office_days.closed_date = substitutes.closed_date
    )

    select * from closed_days
{%- endmacro %}
