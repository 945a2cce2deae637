with

landed_rows as (
    select * from {{ landed_rows('policy_pages') }}
),

pages as (
    select
        item_id,
        max(value_text) filter (where statement = 'title') as title,
        max(value_text) filter (where statement = 'bureau') as bureau,
        max(value_text) filter (where statement = 'page_number') as page_number,
        max(value_text) filter (where statement = 'stage') as stage,
        max(try_cast(fiscal_year as integer)) filter (where statement = 'title') as page_fiscal_year,
        max(try_cast(value_text as date)) filter (where statement = 'page_date') as page_date
    from landed_rows
    group by item_id
),

aliases as (
    select * from {{ ref('indicator_aliases') }}
),

-- What an indicator counted at the end of a fiscal year; before the first definition, the first.
definitions as (
    select
        indicators.indicator_code,
        indicators.kind,
        indicators.counts_people,
        coalesce(equivalents.counted_as, indicators.unit_ja) as counted_as,
        {{ in_force_days() }}
    from {{ ref('indicators') }} as indicators
    left join {{ ref('unit_equivalents') }} as equivalents on indicators.unit_ja = equivalents.unit
    window same_indicator as (
        partition by indicators.indicator_code
        order by indicators.valid_from
    )
),

joined as (
    select
        landed_rows.item_id,
        landed_rows._source_row as source_row,
        pages.page_number,
        pages.title,
        pages.bureau,
        pages.stage,
        landed_rows.statement,
        landed_rows.issue_no,
        landed_rows.indicator_wording,
        aliases.indicator_code,
        landed_rows.value_text,
        landed_rows.qualifier,
        landed_rows.unit,
        landed_rows.rating,
        landed_rows.raw_text,
        pages.page_fiscal_year,
        cast(landed_rows.fiscal_year as integer) as fiscal_year,
        -- A number past all measure, such as 900兆, is none.
        case
            when landed_rows.value is not null and try_cast(landed_rows.value as decimal(18, 4)) is null
                then 'unread_figure'
            else landed_rows.no_value_because
        end as no_value_because,
        coalesce(equivalents.counted_as, split_part(landed_rows.unit, '/', 1)) as counted_as,
        nullif(split_part(landed_rows.unit, '/', 2), '') as rate,
        try_cast(landed_rows.value as decimal(18, 4)) as numeric_value,
        pages.page_date,
        {{ row_text('policy_pages') }} as row_text
    from landed_rows
    inner join pages on landed_rows.item_id = pages.item_id
    left join aliases
        on
            landed_rows.indicator_wording = aliases.indicator_wording
            and pages.bureau = aliases.bureau
    left join {{ ref('unit_equivalents') }} as equivalents
        on split_part(landed_rows.unit, '/', 1) = equivalents.unit
),

-- A figure is compared with its indicator's only where it counts the same: no unit contradicts
-- none, a yearly rate is a flow's own, 延べ counts a person twice, and a bare 0.4 of a rate may be 40
-- %, and a bare number of a milestone anything. A count or a rate is never below zero: a negative
-- one is a change.
compared as (
    select
        joined.*,
        definitions.kind in ('stock', 'ratio', 'milestone') and joined.numeric_value < 0
            as is_negative_level,
        case
            when definitions.counts_people and regexp_matches(joined.value_text, '^[^(]*延べ') then false
            when joined.rate is not null and (definitions.kind != 'flow' or joined.rate not in ('年', '年度'))
                then false
            when joined.counted_as is null and definitions.kind = 'milestone' then false
            when joined.counted_as is null
                then definitions.counted_as != '%' or joined.numeric_value = 0 or joined.numeric_value > 1
            else joined.counted_as = definitions.counted_as
        end as counts_the_same
    from joined
    left join definitions
        on
            joined.indicator_code = definitions.indicator_code
            and make_date(coalesce(joined.fiscal_year, joined.page_fiscal_year, 9998) + 1, 3, 31)
            between definitions.in_force_from and definitions.in_force_to - 1
),

judged as (
    select
        * exclude (no_value_because, counted_as, rate, is_negative_level, counts_the_same),
        list_filter(
            [
                case
                    when statement in ('indicator', 'target', 'actual', 'previous_actual') and indicator_code is null
                        then 'unknown_wording'
                end,
                case
                    when statement in ('indicator', 'target', 'actual', 'previous_actual') and stage = 'draft'
                        then 'draft_page'
                end,
                case when numeric_value is null then no_value_because end,
                case when is_negative_level then 'figure_is_a_change' end,
                case when numeric_value is not null and not counts_the_same then 'other_unit' end
            ],
            lambda reason: reason is not null
        ) as reason_codes
    from compared
)

select * from judged
