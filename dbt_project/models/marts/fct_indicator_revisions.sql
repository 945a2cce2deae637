with

history as (
    select * from {{ ref('fct_indicator_progress_history') }}
),

targets as (
    select * from {{ ref('fct_indicator_targets') }}
),

official_results as (
    select * from {{ ref('fct_official_results') }}
),

remembered as (
    select
        *,
        lag(actual_value) over same_year as was_actual_value,
        lag(measured_to) over same_year as was_measured_to,
        lag(target_text) over same_year as was_target_text,
        lag(target_value) over same_year as was_target_value,
        lag(official_text) over same_year as was_official_text,
        lag(official_value) over same_year as was_official_value,
        lag(official_rating) over same_year as was_official_rating
    from history
    window same_year as (partition by indicator_code, fiscal_year order by known_from)
),

-- A figure that is measured to a later day has gone on; one that is measured to the same day was revised.
changes as (
    select
        indicator_code,
        fiscal_year,
        'actual' as measure,
        case
            when was_actual_value is null then 'first'
            when actual_value is null then 'withdrawn'
            when coalesce(measured_to != was_measured_to, true) then 'progress'
            else 'revised'
        end as revision_kind,
        cast(null as varchar) as previous_text,
        cast(null as varchar) as new_text,
        was_actual_value as previous_value,
        actual_value as new_value,
        measured_to,
        known_from as revised_on
    from remembered
    where actual_origin is distinct from 'official' and actual_value is distinct from was_actual_value
    union all
    select
        indicator_code,
        fiscal_year,
        'target' as measure,
        case when was_target_text is null then 'first' when target_text is null then 'withdrawn' else 'revised' end as revision_kind,
        was_target_text as previous_text,
        target_text as new_text,
        was_target_value as previous_value,
        target_value as new_value,
        null as measured_to,
        known_from as revised_on
    from remembered
    where (target_text, target_value) is distinct from (was_target_text, was_target_value)
    union all
    select
        indicator_code,
        fiscal_year,
        'official_actual' as measure,
        case when was_official_text is null then 'first' when official_text is null then 'withdrawn' else 'revised' end as revision_kind,
        was_official_text as previous_text,
        official_text as new_text,
        was_official_value as previous_value,
        official_value as new_value,
        null as measured_to,
        known_from as revised_on
    from remembered
    where (official_text, official_value) is distinct from (was_official_text, was_official_value)
    union all
    select
        indicator_code,
        fiscal_year,
        'official_rating' as measure,
        case when was_official_rating is null then 'first' when official_rating is null then 'withdrawn' else 'revised' end as revision_kind,
        was_official_rating as previous_text,
        official_rating as new_text,
        null as previous_value,
        null as new_value,
        null as measured_to,
        known_from as revised_on
    from remembered
    where official_rating is distinct from was_official_rating
),

-- What arrived that day from the sources that tell the indicator: of a log only days of the month that the figure is measured by.
arrivals as (
    select
        indicator_sources.indicator_code,
        loads.item_id,
        loads.known_from,
        loads.source_name,
        loads.business_date
    from {{ ref('fct_loads') }} as loads
    inner join {{ ref('indicator_sources') }} as indicator_sources on loads.source_name = indicator_sources.source_name
    where loads.source_name != 'policy_pages'
),

causes as (
    select
        changes.indicator_code,
        changes.fiscal_year,
        changes.measure,
        changes.revised_on,
        list(arrivals.item_id order by arrivals.item_id) as item_ids
    from changes
    inner join arrivals
        on
            changes.indicator_code = arrivals.indicator_code
            and changes.revised_on = arrivals.known_from
            and (
                arrivals.source_name != 'access_log'
                or arrivals.business_date between date_trunc('month', changes.measured_to) and changes.measured_to
            )
    where changes.measure = 'actual'
    group by changes.indicator_code, changes.fiscal_year, changes.measure, changes.revised_on
    union all
    select
        changes.indicator_code,
        changes.fiscal_year,
        changes.measure,
        changes.revised_on,
        list(official_results.item_id order by official_results.item_id) as item_ids
    from changes
    inner join official_results
        on
            changes.indicator_code = official_results.indicator_code
            and changes.fiscal_year = official_results.fiscal_year
            and changes.revised_on = official_results.known_from
    where changes.measure in ('official_actual', 'official_rating')
    group by changes.indicator_code, changes.fiscal_year, changes.measure, changes.revised_on
),

revisions as (
    select
        changes.indicator_code,
        changes.fiscal_year,
        changes.measure,
        changes.revision_kind,
        changes.previous_text,
        changes.new_text,
        case
            when changes.measure = 'target' then 'document'
            when causes.item_ids is not null then 'landed_items'
            else 'calendar'
        end as cause,
        case when changes.measure = 'target' then targets.source_document end as source_document,
        changes.previous_value,
        changes.new_value,
        changes.new_value - changes.previous_value as difference,
        changes.measured_to,
        changes.revised_on,
        coalesce(causes.item_ids, cast([] as varchar[])) as cause_item_ids
    from changes
    left join causes
        on
            changes.indicator_code = causes.indicator_code
            and changes.fiscal_year = causes.fiscal_year
            and changes.measure = causes.measure
            and changes.revised_on = causes.revised_on
    left join targets
        on
            changes.indicator_code = targets.indicator_code
            and changes.fiscal_year = targets.fiscal_year
            and changes.revised_on = targets.effective_from
)

select * from revisions
