-- One row per row that is held back and not mended by a later delivery, by owner.
with

indicator_names as (
    select
        quarantined.item_id,
        quarantined.source_row,
        quarantined.reason_code,
        string_agg(distinct indicators.name_ja, '、') as indicators_ja,
        string_agg(distinct indicators.name_en, ', ') as indicators_en,
        count(distinct indicators.indicator_code) as indicator_count
    from marts.fct_quarantined_rows as quarantined
    inner join marts.dim_indicators as indicators
        on list_contains(string_split(quarantined.indicator_codes, ', '), indicators.indicator_code)
    where quarantined.is_current
    group by quarantined.item_id, quarantined.source_row, quarantined.reason_code
),

held_back as (
    select
        quarantined.owner_ja,
        quarantined.owner_en,
        quarantined.source_name,
        sources.name_ja as source_ja,
        sources.name_en as source_en,
        quarantined.item_key,
        quarantined.sheet_name,
        quarantined.column_heading,
        quarantined.reason_ja,
        quarantined.reason_en,
        quarantined.row_masked,
        quarantined.indicator_codes,
        indicator_names.indicators_ja,
        indicator_names.indicators_en,
        quarantined.source_row,
        indicator_names.indicator_count,
        quarantined.first_seen_on,
        coalesce(quarantined.row_masked, quarantined.detail) as row_text
    from marts.fct_quarantined_rows as quarantined
    left join marts.fct_source_freshness as sources on quarantined.source_name = sources.source_name
    left join indicator_names
        on
            quarantined.item_id = indicator_names.item_id
            and quarantined.source_row = indicator_names.source_row
            and quarantined.reason_code = indicator_names.reason_code
    where quarantined.is_current
    order by quarantined.owner_ja, quarantined.source_name, quarantined.item_key, quarantined.source_row
)

select * from held_back
