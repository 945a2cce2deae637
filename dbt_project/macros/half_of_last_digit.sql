{#- Half of the last digit that a written figure tells: 0.5 for 40, 50 for 約1,100 (its trailing zeros are not significant). -#}
{% macro half_of_last_digit(value, qualifier) -%}
    case
        when {{ qualifier }} = 'about' and {{ value }} = trunc({{ value }}) and {{ value }} != 0
            then 0.5 * pow(10, len(cast(abs(cast({{ value }} as bigint)) as varchar))
                - len(rtrim(cast(abs(cast({{ value }} as bigint)) as varchar), '0')))
        else 0.5 * pow(10, -len(rtrim(split_part(cast({{ value }} as varchar), '.', 2), '0')))
    end
{%- endmacro %}
