-- What the published pages say of an indicator and a fiscal year, from each day on which that
-- changed. The latest page speaks; on one page the year's own result before next year's
-- recollection of it. A rating stays until another is published. A wording whose figure is held
-- back is said where no page says it better, without a value.
with

landed_items as (
    {{ effective_items('policy_pages') }}
),

said as (
    select
        *,
        true as is_read
    from {{ ref('stg_policy_pages__statements') }}
    union all by name
    select
        *,
        false as is_read
    from {{ ref('stg_policy_pages__wordings_held_back') }}
),

statements as (
    select
        statements.*,
        landed_items.known_from,
        landed_items.known_to,
        {
            'is_read': statements.is_read,
            'page_date': coalesce(statements.page_date, landed_items.known_from),
            'is_own_year': statements.statement != 'previous_actual',
            'is_single_year': statements.qualifier is distinct from 'cumulative',
            'known_from': landed_items.known_from,
            'source_row': -statements.source_row,
            -- Of two pages of one day that came in one night, always the same.
            'item_id': statements.item_id
        } as precedence
    from said as statements
    inner join landed_items on statements.item_id = landed_items.item_id
    where statements.statement in ('target', 'actual', 'previous_actual') and statements.fiscal_year is not null
),

change_days as (
    select
        indicator_code,
        fiscal_year,
        known_from
    from statements
    union
    select
        indicator_code,
        fiscal_year,
        known_to as known_from
    from statements
    where known_to < {{ no_end() }}
),

spoken as (
    select
        change_days.indicator_code,
        change_days.fiscal_year,
        change_days.known_from,
        arg_max(
            {
                'target_text': statements.value_text,
                'target_value': statements.numeric_value,
                'target_qualifier': statements.qualifier
            },
            statements.precedence
        ) filter (where statements.statement = 'target') as target,
        arg_max(
            {
                'actual_text': statements.value_text,
                'actual_value': statements.numeric_value,
                'actual_qualifier': statements.qualifier,
                -- A list's mark is no part of what its entry says.
                'actual_quotation': regexp_replace(trim(statements.raw_text), '^[-・]\s*', '')
            },
            statements.precedence
        ) filter (where statements.statement in ('actual', 'previous_actual')) as actual,
        arg_max(statements.rating, statements.precedence) filter (where statements.statement = 'actual') as official_rating,
        arg_max(
            {
                'page_number': statements.page_number,
                'page_date': statements.page_date,
                'item_id': statements.item_id,
                'source_row': statements.source_row
            },
            { 'is_result': statements.statement != 'target', 'precedence': statements.precedence }
        ) as said_by
    from change_days
    left join statements
        on
            change_days.indicator_code = statements.indicator_code
            and change_days.fiscal_year = statements.fiscal_year
            and {{ known_on('change_days.known_from', 'statements') }}
    group by change_days.indicator_code, change_days.fiscal_year, change_days.known_from
),

unpacked as (
    select
        indicator_code,
        fiscal_year,
        target.target_text,
        actual.actual_text,
        target.target_qualifier,
        actual.actual_qualifier,
        official_rating,
        actual.actual_quotation,
        said_by.page_number,
        said_by.item_id,
        said_by.source_row,
        target.target_value,
        actual.actual_value,
        said_by.page_date,
        known_from
    from spoken
),

changes as (
    select *
    from unpacked
    qualify {{ differs_from_the_row_before(
        'target_text, actual_text, target_value, actual_value, target_qualifier, actual_qualifier, official_rating',
        'indicator_code, fiscal_year'
    ) }}
),

dated as (
    select
        *,
        {{ next_known_from('indicator_code, fiscal_year') }} as known_to
    from changes
),

results as (
    select
        *,
        known_to = {{ no_end() }} as is_current
    from dated
    where target_text is not null or actual_text is not null
)

select * from results
