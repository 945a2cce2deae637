{#- Met, not met or cannot tell, by the level method: the interval of an actual (actual_lower,
    actual_upper) against the values from which on the target is surely met, and before which it is
    surely missed. Null where there is no target or no actual. -#}
{% macro level_status(met_from, missed_from) -%}
    case
        when target_text is null or judged_value is null then null
        when direction = 'up' and actual_lower >= {{ met_from }} then 'met'
        when direction = 'down' and actual_upper <= {{ met_from }} then 'met'
        when direction = 'up' and actual_upper < {{ missed_from }} then 'not_met'
        when direction = 'down' and actual_lower > {{ missed_from }} then 'not_met'
        else 'cannot_tell'
    end
{%- endmacro %}

{#- Linear pace: the share of the way from base to target that is done, by the share of the time
    that has passed. Null where the target is the base, and with no base. -#}
{% macro linear_pace(cases) -%}
    ({{ cases }}.current_value - {{ cases }}.base_value) / nullif({{ cases }}.target_value - {{ cases }}.base_value, 0)
    / nullif(
        ({{ cases }}.current_year - {{ cases }}.base_year) / nullif({{ cases }}.target_year - {{ cases }}.base_year, 0), 0
    )
{%- endmacro %}

{#- Where the same pace, or the same growth, leads by the target year; never past the natural limit,
    nor below zero unless the indicator may be. -#}
{% macro linear_projection(cases) -%}
    least(
        greatest(
            {{ cases }}.base_value
            + ({{ cases }}.current_value - {{ cases }}.base_value) * ({{ cases }}.target_year - {{ cases }}.base_year)
            / nullif({{ cases }}.current_year - {{ cases }}.base_year, 0),
            case when {{ cases }}.may_be_negative then '-infinity'::double else 0 end
        ),
        coalesce({{ cases }}.natural_limit, 'infinity'::double)
    )
{%- endmacro %}

{% macro growth_projection(cases) -%}
    case
        when {{ cases }}.progress_status != 'not_available' and {{ cases }}.base_value > 0
            then least(
                {{ cases }}.current_value * pow(
                    {{ cases }}.current_value / {{ cases }}.base_value,
                    ({{ cases }}.target_year - {{ cases }}.current_year) / ({{ cases }}.current_year - {{ cases }}.base_year)
                ),
                coalesce({{ cases }}.natural_limit, 'infinity'::double)
            )
    end
{%- endmacro %}
