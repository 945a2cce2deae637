{#- Progress by the compound annual growth rate (CAGR): the method of Statistics Canada's SDG hubs
    and of Open SDG 2.4. `cases` is a relation with the columns base_year, base_value, current_year,
    current_value, target_year, target_value (null: no target), direction_sign (1: more is better,
    -1: less is) and natural_limit (null: none). Years may be broken. Gives the columns of `cases`
    and progress_value (observed growth ÷ required growth; without a target the growth itself),
    progress_score (-5 to 5) and progress_status. -#}
{% macro statcan_progress(cases) -%}
    with

    -- Growth from or to zero has no rate.
    guarded as (
        select
            *,
            case when base_value = 0 then 0.001 else cast(base_value as double) end as from_value,
            case when target_value = 0 then 0.001 else cast(target_value as double) end as to_value,
            case when base_value < 0 then -1 else 1 end * direction_sign as growth_sign
        from {{ cases }}
    ),

    grown as (
        select
            *,
            case
                when current_year > base_year and current_value / from_value >= 0
                    then pow(current_value / from_value, 1.0 / (current_year - base_year)) - 1
            end as growth,
            case
                when target_year > base_year and to_value / from_value >= 0
                    then pow(to_value / from_value, 1.0 / (target_year - base_year)) - 1
            end as required_growth,
            (current_value - to_value) * direction_sign >= 0 as is_met,
            -- Near its natural limit a quantity has less room to grow, so that less growth is asked
            -- of it.
            case
                when natural_limit is null or abs(from_value) >= 2 * natural_limit then 1.0
                when abs(from_value) <= natural_limit then 1 - pow(abs(from_value) / natural_limit, 4.44)
                else 1 - pow((2 * natural_limit - abs(from_value)) / natural_limit, 4.44)
            end as room
        from guarded
    ),

    valued as (
        select
            *,
            case
                when target_value is null then growth_sign * growth
                else growth_sign * growth / nullif(abs(required_growth), 0)
            end as progress_value
        from grown
    ),

    judged as (
        select
            *,
            case
                when growth is null then 'not_available'
                when target_value is not null and is_met then 'target_achieved'
                when target_value is not null and required_growth is null then 'not_available'
                -- The target was the base, and the base has been lost since.
                when target_value is not null and required_growth = 0 then 'deterioration'
                when progress_value < 0 then 'deterioration'
                when target_value is not null and progress_value >= {{ on_track_from() }} then 'substantial_progress'
                when target_value is not null and progress_value >= {{ moderate_progress_from() }} then 'moderate_progress'
                when target_value is null and progress_value >= 0.015 * room then 'substantial_progress'
                when target_value is null and progress_value >= 0.005 * room then 'moderate_progress'
                else 'limited_progress'
            end as progress_status
        from valued
    ),

    scored as (
        select
            * exclude (from_value, to_value, growth_sign, growth, required_growth, is_met, room, progress_value, progress_status),
            case when progress_status != 'not_available' then progress_value end as progress_value,
            case
                when progress_status = 'not_available' then null
                when progress_status = 'target_achieved' then 5.0
                when target_value is not null and progress_value is null then -5.0
                when target_value is not null and progress_value >= {{ moderate_progress_from() }} then least(7.1429 * progress_value - 4.2857, 5.0)
                when target_value is not null then greatest(4.1667 * progress_value - 2.5, -5.0)
                when progress_status = 'deterioration' then greatest(125 * progress_value - 2.5, -5.0)
                when room = 0 then 5.0
                when progress_status = 'limited_progress' then 500 * progress_value / room - 2.5
                when progress_status = 'moderate_progress' then 250 * progress_value / room - 1.25
                else least(500 * progress_value / room - 5, 5.0)
            end as progress_score,
            progress_status
        from judged
    )

    select * from scored
{%- endmacro %}
