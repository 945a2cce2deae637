-- Targets with the days on which each was in effect, and what each may stand for. A target that is
-- stated in words is all stages of a milestone.
with

targets as (
    select
        targets.*,
        indicators.kind,
        indicators.direction,
        indicators.natural_limit
    from {{ ref('indicator_targets') }} as targets
    left join {{ ref('int_indicators_in_force') }} as indicators on targets.indicator_code = indicators.indicator_code
),

bounded as (
    select
        *,
        {{ written_lower('target_value', 'target_qualifier') }} as written_lower,
        {{ written_upper('target_value', 'target_qualifier') }} as written_upper,
        coalesce(cast(target_value as double), case when kind = 'milestone' then natural_limit end) as threshold_value,
        lead(effective_from, 1, {{ no_end() }}) over (partition by indicator_code, fiscal_year order by effective_from) as effective_to
    from targets
),

-- From where on a target is surely met, and up to where it is surely missed. A tolerance is a
-- decision: within it, a target is met.
dated as (
    select
        indicator_code,
        fiscal_year,
        target_text,
        target_qualifier,
        tolerance_reason_ja,
        tolerance_reason_en,
        source_document,
        source_url,
        target_value,
        target_tolerance,
        coalesce(cast(target_value - target_tolerance as double), written_lower) as target_lower,
        coalesce(cast(target_value + target_tolerance as double), written_upper) as target_upper,
        case
            when target_qualifier = 'about' then case when direction = 'up' then written_upper else written_lower end
            when target_qualifier in ('around', 'cumulative') then null
            else threshold_value
        end as met_as_written_from,
        case
            when target_qualifier = 'about' then case when direction = 'up' then written_lower else written_upper end
            when target_qualifier in ('around', 'cumulative') then null
            else threshold_value
        end as missed_as_written_from,
        threshold_value + case when direction = 'up' then -target_tolerance else target_tolerance end as met_with_tolerance_from,
        effective_from,
        effective_to
    from bounded
)

select * from dated
