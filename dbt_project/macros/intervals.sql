{#- What a written figure may stand for, as an interval; a bound is null where the qualifier gives
    none. 約1,100 is 1,050 to 1,150, 70 %以上 is a floor, 程度 and 合計 give neither bound. A plain figure
    is itself, or what rounds to it where `is_rounded`. -#}
{% macro written_lower(value, qualifier, is_rounded='false', written='null') -%}
    case
        when {{ qualifier }} = 'about' then cast({{ value }} as double) - {{ half_of_last_digit(value, qualifier, written) }}
        when {{ qualifier }} in ('around', 'cumulative', 'at_most') then null
        when {{ qualifier }} = 'at_least' then cast({{ value }} as double)
        when {{ is_rounded }} then cast({{ value }} as double) - {{ half_of_last_digit(value, qualifier, written) }}
        else cast({{ value }} as double)
    end
{%- endmacro %}

{% macro written_upper(value, qualifier, is_rounded='false', written='null') -%}
    case
        when {{ qualifier }} = 'about' then cast({{ value }} as double) + {{ half_of_last_digit(value, qualifier, written) }}
        when {{ qualifier }} in ('around', 'cumulative', 'at_least') then null
        when {{ qualifier }} = 'at_most' then cast({{ value }} as double)
        when {{ is_rounded }} then cast({{ value }} as double) + {{ half_of_last_digit(value, qualifier, written) }}
        else cast({{ value }} as double)
    end
{%- endmacro %}
