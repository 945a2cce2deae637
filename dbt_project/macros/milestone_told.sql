{#- What a page's wording says of a milestone: drawn up, in operation, complete are all of its stages, as long as that is not planned or denied; any
    other wording tells no number. -#}
{% macro milestone_told(text_column) -%}
    case
        when regexp_matches({{ text_column }}, '((策定|整備|作成|構築)済み?|運用を?開始|完了)$') and not regexp_matches({{ text_column }}, '未|予定|見込')
            then 100
    end
{%- endmacro %}
