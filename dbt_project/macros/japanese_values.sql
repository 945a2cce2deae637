{#- What read_date, and of qualified numbers read_number, of flows/sources/japanese_cells.py reads,
    in SQL, for sources of millions of rows. tests/dbt_project/test_japanese_values.py holds the two
    together. -#}

{#- A date written by a municipal system, 和暦 or common era, in any width, with or without a weekday
    or a midnight; null when it is none. The cast is tried, not make_date: try() goes row by row
    once it meets an impossible day (2,000,000 of them: 15 s instead of 0.6 s). -#}
{% macro municipal_date(text_column) -%}
    list_transform(
        [
            regexp_extract(
                {{ plain_characters(text_column) }},
                '^ *(?:(?:(令和|平成|昭和|[RrHhSs]) ?(元|[0-9]{1,2})|([0-9]{4}))'
                || ' *[年./-] *([0-9]{1,2}) *[月./-] *([0-9]{1,2}) *日?'
                || '(?: *\(?[月火水木金土日](?:曜日?)?\)?)?(?:[ T]+0?0:00(?::00(?:\.0+)?)?)?'
                || '|([0-9]{4})([0-9]{2})([0-9]{2})) *$',
                ['era', 'era_year', 'year', 'month', 'day', 'compact_year', 'compact_month', 'compact_day']
            )
        ],
        lambda found: try_cast(
            nullif(try_cast(replace(found.era_year || found.year || found.compact_year, '元', '1') as integer), 0)
            + case
                when found.era in ('令和', 'R', 'r') then 2018
                when found.era in ('平成', 'H', 'h') then 1988
                when found.era in ('昭和', 'S', 's') then 1925
                else 0
            end
            || '-' || found.month || found.compact_month || '-' || found.day || found.compact_day as date
        )
    )[1]
{%- endmacro %}

{#- A text with one form for every character that stands in a date or a number: `normalise` of
    flows/sources/japanese.py. translate() builds its table for every row (9 s for 2,000,000), so
    that a text which is plain already goes past it. -#}
{% macro plain_characters(text_column) -%}
    {%- set other_forms = {
        '0': '０𝟎𝟘𝟢𝟬𝟶🯰', '1': '１𝟏𝟙𝟣𝟭𝟷🯱', '2': '２𝟐𝟚𝟤𝟮𝟸🯲', '3': '３𝟑𝟛𝟥𝟯𝟹🯳', '4': '４𝟒𝟜𝟦𝟰𝟺🯴',
        '5': '５𝟓𝟝𝟧𝟱𝟻🯵', '6': '６𝟔𝟞𝟨𝟲𝟼🯶', '7': '７𝟕𝟟𝟩𝟳𝟽🯷', '8': '８𝟖𝟠𝟪𝟴𝟾🯸', '9': '９𝟗𝟡𝟫𝟵𝟿🯹',
        'R': 'Ｒℛℜℝ𝐑𝑅𝑹𝓡𝕽𝖱𝗥𝘙𝙍𝚁', 'H': 'Ｈℋℌℍ𝐇𝐻𝑯𝓗𝕳𝖧𝗛𝘏𝙃𝙷', 'S': 'Ｓ𝐒𝑆𝑺𝒮𝓢𝔖𝕊𝕾𝖲𝗦𝘚𝙎𝚂', 'T': 'Ｔ𝐓𝑇𝑻𝒯𝓣𝔗𝕋𝕿𝖳𝗧𝘛𝙏𝚃',
        'r': 'ｒ𝐫𝑟𝒓𝓇𝓻𝔯𝕣𝖗𝗋𝗿𝘳𝙧𝚛', 'h': 'ｈℎ𝐡𝒉𝒽𝓱𝔥𝕙𝖍𝗁𝗵𝘩𝙝𝚑', 's': 'ｓſ𝐬𝑠𝒔𝓈𝓼𝔰𝕤𝖘𝗌𝘀𝘴𝙨𝚜',
        '/': '／', '.': '．․﹒', '-': '－﹣', ':': '：︓﹕', ',': '，︐﹐', '(': '（︵﹙', ')': '）︶﹚', '%': '％﹪', '+': '＋﬩﹢',
        '令': '\uf9a8', '成': '\U0002f8b2', '年': '\uf98e', '月': '\u2f49', '日': '\u2f47', '火': '\u2f55', '水': '\u2f54', '木': '\u2f4a',
        '金': '\u2fa6\uf90a', '土': '\u2f1f'
    } -%}
    {%- set spaces = '\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000' -%}
    {%- set invisible = '\u200b\u200c\u200d\u2060\ufeff\u00ad' -%}
    {%- set plain_forms = [] -%}
    {%- for plain, forms in other_forms.items() %}{% set _ = plain_forms.append(plain * (forms | length)) %}{% endfor -%}
    case
        when regexp_full_match({{ text_column }}, '[ -~ぁ-ゖ一-鿿▲△]*') then {{ text_column }}
        -- The invisible characters come last: what has no plain form is left out.
        else translate(
            {{ text_column }},
            '{{ other_forms.values() | join }}' || e'\t\n\x0b\f\r\x1c\x1d\x1e\x1f' || '{{ spaces }}{{ invisible }}',
            '{{ plain_forms | join }}' || repeat(' ', 9 + {{ spaces | length }})
        )
    end
{%- endmacro %}

{#- Whether a cell holds a number that is qualified, and so not exact: 約3, 3人程度, 60％以上, 数名. -#}
{% macro is_qualified_number(text_column) -%}
    coalesce(
        regexp_full_match(
            {{ plain_characters('trim(' ~ text_column ~ ')') }},
            '(約|およそ|おおよそ|凡そ|概ね|おおむね|ほぼ|だいたい|大体|最低|最小|少なくとも|最大|最高|多くとも'
            || '|延べ|合計|累計|累積|通算|総計)+(で|:)? *[0-9].*'
            || '|.*[0-9].*(以上|超|以下|以内|未満|程度|前後|内外|ほど|[くぐ]らい|余り?|あまり|足らず|近く|強|弱|[0-9]余.*'
            || '|[(](合計|累計|累積|通算|総計)[)])'
        ),
        false
    )
{%- endmacro %}
