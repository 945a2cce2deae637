{#- Fiscal year of a date: FY2023 is 2023-04-01 to 2024-03-31. -#}
{% macro fiscal_year_of(date_column) -%}
    cast(year({{ date_column }} - interval 3 month) as integer)
{%- endmacro %}

{#- A stamp in UTC, or with its own offset from it, as UTC; null when it is none. A cast reads an
    offset and forgets it, so that 20:00+09:00 would be 20:00 in UTC. -#}
{% macro utc_stamp(text_column) -%}
    case
        when contains({{ text_column }}, '+') or contains(substr(trim({{ text_column }}), 11), '-')
            then list_transform(
                [
                    regexp_extract(
                        trim({{ text_column }}),
                        '^([0-9]{4}[-/].*:[0-9.]+) ?([+-])(0[0-9]|1[0-4])(?::?([0-5][0-9]))?$',
                        ['stamp', 'sign', 'hours', 'minutes']
                    )
                ],
                lambda found: try_cast(found.stamp as timestamp)
                - to_minutes(60 * try_cast(found.sign || found.hours as integer))
                - to_minutes(try_cast(found.sign || coalesce(nullif(found.minutes, ''), '00') as integer))
            )[1]
        else try_cast(rtrim(trim({{ text_column }}), 'Zz') as timestamp)
    end
{%- endmacro %}

{#- The day on which a stamp lies in Japan; one that states no offset is a stamp of Japan. -#}
{% macro day_in_japan(text_column) -%}
    case
        when regexp_matches(trim({{ text_column }}), '^[0-9]{4}[-/].*:[0-9.]+ ?([Zz]|[+-].*)$')
            then cast({{ utc_stamp(text_column) }} + interval 9 hour as date)
        else cast(try_cast({{ text_column }} as timestamp) as date)
    end
{%- endmacro %}

{#- Whether there is a day, of a year that a delivery can be about: 0026 and 2206 are slips of a
    key. -#}
{% macro is_of_these_years(day_column) -%}
    coalesce({{ day_column }} between date '2000-01-01' and date '2100-12-31', false)
{%- endmacro %}
