-- One row per indicator, in the order of the overview: what it means, how it is computed and judged, by the definition in force on $on.
with

indicators as (
    select
        indicator_code,
        name_ja,
        name_en,
        definition_ja,
        definition_en,
        formula_ja,
        formula_en,
        unit_ja,
        unit_en,
        counted_ja,
        counted_en,
        counted_one_en,
        strategy_name_ja,
        strategy_name_en,
        direction,
        owner,
        judging_method,
        kind,
        issue_no,
        display_decimals,
        coalesce($on > valid_to, false) as is_ended,
        valid_to,
        revision_note
    from marts.dim_indicator_definitions
    where $on >= in_force_from and ($on < in_force_to or in_force_to is null)
    order by sort_order
)

select * from indicators
