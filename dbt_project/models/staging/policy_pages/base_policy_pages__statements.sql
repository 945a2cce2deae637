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
        cast(landed_rows.value as decimal(18, 4)) as numeric_value,
        pages.page_date,
        {{ row_told('policy_pages') }} as row_told
    from landed_rows
    inner join pages on landed_rows.item_id = pages.item_id
    left join aliases
        on
            landed_rows.indicator_wording = aliases.indicator_wording
            and pages.bureau = aliases.bureau
),

judged as (
    select
        *,
        list_filter(
            [
                case
                    when statement in ('indicator', 'target', 'actual', 'previous_actual') and indicator_code is null
                        then 'unknown_wording'
                end,
                case
                    when statement in ('indicator', 'target', 'actual', 'previous_actual') and stage = 'draft'
                        then 'draft_page'
                end
            ],
            lambda reason: reason is not null
        ) as reason_codes
    from joined
)

select * from judged
