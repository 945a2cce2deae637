with

-- A published figure that stood in for a computed one was no actual of ours.
history as (
    select * replace (case when actual_origin = 'computed' then actual_value end as actual_value)
    from {{ ref('int_indicator_progress_history') }}
),

targets as (
    select * from {{ ref('int_indicator_targets_dated') }}
),

official_results as (
    select * from {{ ref('int_official_results_dated') }}
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

-- A figure that is measured to a later day has gone on; one that is measured to the same day was
-- revised.
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
    where actual_value is distinct from was_actual_value
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

since_when as (
    select
        *,
        lag(revised_on, 1, date '0001-01-01') over (partition by indicator_code, fiscal_year, measure order by revised_on) as revised_before_on
    from changes
),

-- What arrived since the figure was last revised: of a log the days of the month that it is
-- measured by, of the rosters the one that was chosen for that month.
arrivals as (
    select
        since_when.indicator_code,
        since_when.fiscal_year,
        since_when.measure,
        since_when.revised_on,
        loads.item_id
    from since_when
    inner join {{ ref('indicator_sources') }} as indicator_sources on since_when.indicator_code = indicator_sources.indicator_code
    inner join {{ ref('int_loads') }} as loads
        on
            indicator_sources.source_name = loads.source_name
            and since_when.revised_before_on < loads.known_from
            and since_when.revised_on >= loads.known_from
    left join {{ ref('int_roster_months_chosen') }} as rosters
        on
            loads.item_id = rosters.item_id
            and date_trunc('month', since_when.measured_to) = rosters.month_start
            and since_when.revised_on >= rosters.known_from
            and since_when.revised_on < rosters.known_to
    where
        (
            since_when.measure = 'actual'
            and loads.source_name != 'policy_pages'
            and (loads.source_name != 'staff_roster' or rosters.item_id is not null)
            and (
                loads.source_name != 'access_log'
                or loads.business_date between date_trunc('month', since_when.measured_to) and since_when.measured_to
            )
        )
        or (
            since_when.measure in ('official_actual', 'official_rating')
            and loads.source_name = 'policy_pages'
            and since_when.revised_on = loads.known_from
        )
),

-- Of several pages that arrived on one day, the one that says so.
said as (
    select distinct
        indicator_code,
        fiscal_year,
        known_from,
        item_id
    from official_results
),

causes as (
    select
        arrivals.indicator_code,
        arrivals.fiscal_year,
        arrivals.measure,
        arrivals.revised_on,
        list(distinct coalesce(said.item_id, arrivals.item_id) order by coalesce(said.item_id, arrivals.item_id)) as item_ids
    from arrivals
    left join said
        on
            arrivals.indicator_code = said.indicator_code
            and arrivals.fiscal_year = said.fiscal_year
            and arrivals.revised_on = said.known_from
            and arrivals.measure != 'actual'
    group by arrivals.indicator_code, arrivals.fiscal_year, arrivals.measure, arrivals.revised_on
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
