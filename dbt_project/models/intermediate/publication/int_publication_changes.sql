-- What readers would see change with this version, beside what is published now, each change by the
-- rule that it falls under. One row per rule, indicator and fiscal year, or department; none while
-- nothing is published.
with

published as (
    select * from {{ ref('stg_night__published_progress') }}
),

progress as (
    select * from {{ ref('int_indicator_progress') }}
),

rules as (
    select * from {{ ref('publication_rules') }}
),

too_far as (
    select threshold as usual_steps from rules
    where rule_code = 'moved_beyond_usual'
),

something as (
    select count(*) > 0 as is_published from published
),

pairs as (
    select
        coalesce(progress.indicator_code, published.indicator_code) as indicator_code,
        coalesce(progress.fiscal_year, published.fiscal_year) as fiscal_year,
        published.actual_value as actual_before,
        progress.actual_value as actual_after,
        published.status as status_before,
        progress.status as status_after,
        published.official_rating as rating_before,
        progress.official_rating as rating_after,
        published.target_text as target_before,
        progress.target_text as target_after,
        published.target_value as target_value_before,
        progress.target_value as target_value_after,
        published.is_provisional as was_provisional,
        greatest(1, date_diff('month', published.measured_to, progress.measured_to)) as months_between
    from progress
    full join published
        on
            progress.indicator_code = published.indicator_code
            and progress.fiscal_year = published.fiscal_year
    cross join something
    -- Before the first publication nothing can surprise.
    where something.is_published
),

actuals as (
    select
        pairs.indicator_code,
        pairs.fiscal_year,
        case
            when pairs.actual_after is null then 'actual_vanished'
            when pairs.actual_before is null then 'actual_appeared'
            when not pairs.was_provisional then 'closed_year_changed'
            when
                abs(pairs.actual_after - pairs.actual_before)
                > too_far.usual_steps * usual.usual_step * pairs.months_between
                then 'moved_beyond_usual'
            else 'actual_changed'
        end as rule_code,
        pairs.actual_before as value_before,
        pairs.actual_after as value_after,
        usual.usual_step
    from pairs
    cross join too_far
    left join {{ ref('int_usual_steps') }} as usual on pairs.indicator_code = usual.indicator_code
    where pairs.actual_before is distinct from pairs.actual_after
),

texts as (
    select
        indicator_code,
        fiscal_year,
        'status_changed' as rule_code,
        status_before as text_before,
        status_after as text_after
    from pairs
    where status_before in ('met', 'not_met') and status_before is distinct from status_after
    union all
    select
        indicator_code,
        fiscal_year,
        'official_rating_changed' as rule_code,
        rating_before as text_before,
        rating_after as text_after
    from pairs
    where rating_before is not null and rating_before is distinct from rating_after
    union all
    select
        indicator_code,
        fiscal_year,
        'target_changed' as rule_code,
        target_before as text_before,
        target_after as text_after
    from pairs
    where target_before is not null and (target_before, target_value_before) is distinct from (target_after, target_value_after)
),

departments_before as (
    select * from {{ ref('stg_night__published_org_units') }}
),

standing_departments as (
    select
        org_unit_code,
        name_ja,
        name_en
    from {{ ref('int_org_unit_lineages') }}
    where valid_to is null
),

departments as (
    select
        coalesce(standing.org_unit_code, before.org_unit_code) as org_unit_code,
        case when before.org_unit_code is null then 'department_appeared' else 'department_vanished' end as rule_code,
        before.name_ja as text_before,
        standing.name_ja as text_after
    from standing_departments as standing
    full join departments_before as before on standing.org_unit_code = before.org_unit_code
    where
        (standing.org_unit_code is null or before.org_unit_code is null)
        and (select count(*) from departments_before) > 0
),

found as (
    select
        rule_code,
        indicator_code,
        fiscal_year,
        null as org_unit_code,
        null as text_before,
        null as text_after,
        value_before,
        value_after,
        usual_step
    from actuals
    union all by name
    select
        rule_code,
        indicator_code,
        fiscal_year,
        text_before,
        text_after
    from texts
    union all by name
    select
        rule_code,
        org_unit_code,
        text_before,
        text_after
    from departments
),

-- What arrived tonight of the sources that report an indicator.
arrivals as (
    select
        indicator_sources.indicator_code,
        list(distinct loads.source_name order by loads.source_name) as source_names,
        count(*) as new_item_count
    from {{ ref('int_loads') }} as loads
    inner join {{ ref('indicator_sources') }} as indicator_sources on loads.source_name = indicator_sources.source_name
    where loads.is_new
    group by indicator_sources.indicator_code
),

changes as (
    select
        found.rule_code,
        rules.tier,
        found.indicator_code,
        cast(found.fiscal_year as integer) as fiscal_year,
        cast(found.org_unit_code as varchar) as org_unit_code,
        cast(found.text_before as varchar) as text_before,
        cast(found.text_after as varchar) as text_after,
        found.value_before,
        found.value_after,
        found.usual_step,
        coalesce(arrivals.source_names, cast([] as varchar[])) as source_names,
        cast(coalesce(arrivals.new_item_count, 0) as integer) as new_item_count
    from found
    inner join rules on found.rule_code = rules.rule_code
    left join arrivals on found.indicator_code = arrivals.indicator_code
)

select * from changes
