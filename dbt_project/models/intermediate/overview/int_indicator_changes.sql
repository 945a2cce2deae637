{{ config(materialized='view') }}

with

run_contexts as (
    select
        as_of,
        cast(date_trunc('month', as_of) - interval 1 day as date) as since_on
    from {{ ref('stg_night__run_contexts') }}
),

indicators as (
    select
        indicator_code,
        kind
    from {{ ref('int_indicators_in_force') }}
),

history as (
    select * from {{ ref('int_indicator_progress_history') }}
),

then_known as (
    select history.*
    from history
    inner join run_contexts on {{ known_on('run_contexts.since_on', 'history') }}
),

now_known as (
    select * from history
    where known_to = {{ no_end() }}
),

actuals as (
    select
        actuals.indicator_code,
        actuals.org_unit_code,
        actuals.period_start,
        actuals.numerator,
        actuals.actual_value,
        actuals.measured_to,
        actuals.known_from,
        actuals.known_to
    from {{ ref('int_indicator_actuals') }} as actuals
    inner join indicators on actuals.indicator_code = indicators.indicator_code
    where actuals.period_grain = 'month' and not actuals.is_provisional and indicators.kind != 'flow'
),

days as (
    select
        'then' as moment,
        since_on as looked_at_on
    from run_contexts
    union all
    select
        'now' as moment,
        as_of as looked_at_on
    from run_contexts
),

-- The latest complete month, as it was known then and as it is known now.
months as (
    select
        days.moment,
        actuals.*
    from actuals
    inner join days on {{ known_on('days.looked_at_on', 'actuals') }}
    qualify dense_rank() over (partition by days.moment, actuals.indicator_code order by actuals.period_start desc) = 1
),

months_then as (
    select * from months
    where moment = 'then'
),

present_years as (
    select fiscal_years.fiscal_year
    from {{ ref('int_fiscal_years') }} as fiscal_years
    inner join run_contexts on run_contexts.as_of between fiscal_years.starts_on and fiscal_years.ends_on
),

-- In a year that has just begun, what does not begin at nothing stood where the last year's latest
-- month had left it.
compared as (
    select
        now_known.indicator_code,
        now_known.fiscal_year,
        then_known.status as status_then,
        now_known.status,
        then_known.target_text as target_text_then,
        now_known.target_text,
        then_known.official_text as official_text_then,
        now_known.official_text,
        then_known.official_rating as official_rating_then,
        now_known.official_rating,
        coalesce(then_known.actual_value, months_then.actual_value) as actual_value_then,
        now_known.actual_value,
        then_known.target_value as target_value_then,
        now_known.target_value,
        coalesce(then_known.measured_to, months_then.measured_to) as measured_to_then,
        now_known.measured_to,
        present_years.fiscal_year is not null as is_running
    from now_known
    left join then_known
        on
            now_known.indicator_code = then_known.indicator_code
            and now_known.fiscal_year = then_known.fiscal_year
    left join present_years on now_known.fiscal_year = present_years.fiscal_year
    left join months_then
        on
            now_known.indicator_code = months_then.indicator_code
            and months_then.org_unit_code = {{ city_code() }}
            and present_years.fiscal_year is not null
            and now_known.actual_value is not null
),

-- By departments as they are now: a new name is nobody who joined.
users as (
    select
        months.indicator_code,
        lineages.current_code as org_unit_code,
        bool_or(months.moment = 'then') as has_used,
        bool_or(months.moment = 'now') as is_using
    from months
    inner join indicators on months.indicator_code = indicators.indicator_code and indicators.kind = 'ratio'
    inner join {{ ref('int_org_unit_lineages') }} as lineages on months.org_unit_code = lineages.org_unit_code
    where months.numerator > 0
    group by months.indicator_code, lineages.current_code
),

-- Where nothing was known then, nobody has joined since.
moved as (
    select
        indicator_code,
        coalesce(list(org_unit_code order by org_unit_code) filter (where not has_used), cast([] as varchar[])) as joined_codes,
        coalesce(list(org_unit_code order by org_unit_code) filter (where not is_using), cast([] as varchar[])) as left_codes
    from users
    where has_used != is_using and indicator_code in (select months_then.indicator_code from months_then)
    group by indicator_code
),

found_causes as (
    select
        revisions.indicator_code,
        revisions.fiscal_year,
        case
            when revisions.measure = 'target' and revisions.revision_kind = 'first' then 'target_set'
            when revisions.measure = 'target' then 'target_revised'
            when revisions.measure in ('official_actual', 'official_rating') and revisions.revision_kind = 'first' then 'page_published'
            when revisions.measure in ('official_actual', 'official_rating') then 'page_restated'
            when revisions.revision_kind in ('revised', 'withdrawn') and revisions.cause = 'landed_items' then 'delivered_again'
            when revisions.cause = 'landed_items' then 'new_deliveries'
            else 'period_over'
        end as cause
    from {{ ref('int_indicator_revisions') }} as revisions
    inner join run_contexts on revisions.revised_on > run_contexts.since_on
),

causes as (
    select
        indicator_code,
        fiscal_year,
        list(distinct cause order by cause) as causes
    from found_causes
    group by indicator_code, fiscal_year
),

-- A correction is applied to all of history: what was declared since then is told, and what stood
-- then stands corrected here.
corrected as (
    select
        indicator_sources.indicator_code,
        list(corrections.correction_id order by corrections.correction_id) as correction_ids
    from {{ ref('int_corrections_judged') }} as corrections
    inner join {{ ref('indicator_sources') }} as indicator_sources on corrections.source_name = indicator_sources.source_name
    inner join run_contexts on corrections.declared_on > run_contexts.since_on and corrections.declared_on <= run_contexts.as_of
    where corrections.standing = 'applied'
    group by indicator_sources.indicator_code
),

changes as (
    select
        compared.indicator_code,
        compared.fiscal_year,
        compared.status_then,
        compared.status,
        compared.target_text_then,
        compared.target_text,
        compared.official_text_then,
        compared.official_text,
        compared.official_rating_then,
        compared.official_rating,
        coalesce(causes.causes, cast([] as varchar[])) as causes,
        case when compared.is_running then coalesce(corrected.correction_ids, cast([] as varchar[])) else cast([] as varchar[]) end
            as correction_ids,
        case when compared.is_running then coalesce(moved.joined_codes, cast([] as varchar[])) else cast([] as varchar[]) end as joined_codes,
        case when compared.is_running then coalesce(moved.left_codes, cast([] as varchar[])) else cast([] as varchar[]) end as left_codes,
        compared.actual_value_then,
        compared.actual_value,
        compared.actual_value - compared.actual_value_then as difference,
        compared.target_value_then,
        compared.target_value,
        run_contexts.since_on,
        compared.measured_to_then,
        compared.measured_to
    from compared
    cross join run_contexts
    left join causes
        on
            compared.indicator_code = causes.indicator_code
            and compared.fiscal_year = causes.fiscal_year
    left join moved on compared.indicator_code = moved.indicator_code
    left join corrected on compared.indicator_code = corrected.indicator_code
),

changed as (
    select * from changes
    where
        (status, target_text, target_value, official_text, official_rating, actual_value)
        is distinct from (status_then, target_text_then, target_value_then, official_text_then, official_rating_then, actual_value_then)
        or len(joined_codes) + len(left_codes) + len(correction_ids) > 0
)

select * from changed
