{#- What a page's wording states of a milestone. Drawn up, in operation and complete are all of its
    stages, unless that is planned, denied or of a part (一部, 過半数, 工程2まで); any other wording
    states no number. Digits may stand in days, ordinals and names (5G) alone. -#}
{% macro milestone_stated(text_column) -%}
    case
        when
            regexp_matches({{ text_column }}, '((策定|整備|作成|構築)済み?|運用を?開始|完了)$')
            and not regexp_matches({{ text_column }}, '未|予定|見込|一部|過半|半数|半分|大半|大部分|先行|試行')
            and not regexp_matches(
                regexp_replace(
                    {{ text_column }},
                    '(令和|平成|[RH])? ?[0-9]+ ?(年度?|月|日|[./-][0-9./-]*|[A-Za-z])|第 ?[0-9]+',
                    '',
                    'g'
                ),
                '[0-9]'
            )
            then 100
    end
{%- endmacro %}
