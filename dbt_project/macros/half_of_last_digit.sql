{#- Half of the last digit that a written figure states: 0.5 for 40, 50 for 約1,100 (its trailing
    zeros are not significant), 5 for 4割 and 500 for 1.2万 (their last digit is a tenth, or a
    thousand). `written` is the wording, where there is one. -#}
{% macro half_of_last_digit(value, qualifier, written='null') -%}
    case
        when {{ qualifier }} = 'about' and {{ value }} = trunc({{ value }}) and {{ value }} != 0
            then 0.5 * pow(10, len(cast(abs(cast({{ value }} as bigint)) as varchar))
                - len(rtrim(cast(abs(cast({{ value }} as bigint)) as varchar), '0')))
        else 0.5 * {{ written_step(written) }} * pow(
            10,
            -len(rtrim(split_part(
                cast(cast({{ value }} / {{ written_step(written) }} as decimal(28, 9)) as varchar), '.', 2
            ), '0'))
        )
    end
{%- endmacro %}

{#- How much a written 1 counts: 10 in 4割, which is 40 %, and 10,000 in 1.2万. -#}
{% macro written_step(written) -%}
    case
        when regexp_matches({{ written }}, '[0-9一二三四五六七八九]割') then 10
        when regexp_matches({{ written }}, '[0-9]億') then 100000000
        when regexp_matches({{ written }}, '[0-9]万') then 10000
        when regexp_matches({{ written }}, '[0-9]千') then 1000
        else 1
    end
{%- endmacro %}
