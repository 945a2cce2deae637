-- One row per event that a reader of an indicator's chart has to know of, up to $on: another definition, its end, a target or a
-- figure that was revised, a declared correction. The earliest first; those of one day have one number.
with

definitions as (
    select
        'definition' as event,
        in_force_from as happened_on,
        revision_note as note_ja,
        revision_note as note_en
    from marts.dim_indicator_definitions
    where indicator_code = $indicator_code and in_force_from > date '0001-01-01'
),

ends as (
    select
        'ended' as event,
        valid_to as happened_on
    from marts.dim_indicator_definitions
    where indicator_code = $indicator_code and in_force_to is null and valid_to is not null
),

revisions as (
    select
        'revised_' || revisions.measure as event,
        revisions.revised_on as happened_on,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        revisions.previous_text,
        revisions.new_text,
        revisions.previous_value,
        revisions.new_value
    from marts.fct_indicator_revisions as revisions
    inner join marts.dim_fiscal_years as fiscal_years on revisions.fiscal_year = fiscal_years.fiscal_year
    where
        revisions.indicator_code = $indicator_code
        and revisions.revision_kind in ('revised', 'withdrawn')
        and revisions.measure in ('actual', 'target')
),

items as (
    select distinct
        source_name,
        item_key
    from marts.fct_receipt_items
    where indicator_code = $indicator_code
),

corrections as (
    select
        'correction' as event,
        corrections.declared_on as happened_on,
        corrections.reason_ja as note_ja,
        corrections.reason_en as note_en
    from marts.fct_corrections as corrections
    inner join items
        on
            corrections.source_name = items.source_name
            and corrections.item_key = items.item_key
    where corrections.standing = 'applied'
),

events as (
    select * from definitions
    union all by name
    select * from ends
    union all by name
    select * from revisions
    union all by name
    select * from corrections
),

until_then as (
    select
        *,
        dense_rank() over (order by happened_on) as number
    from events
    where happened_on <= $on
    order by happened_on, event
)

select * from until_then
