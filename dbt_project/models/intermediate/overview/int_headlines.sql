{{ config(materialized='view') }}

with

standings as (
    select * from {{ ref('int_indicator_standings') }}
),

groups as (
    select
        cast(count(*) as integer) as indicator_count,
        cast(count_if(attention_group = 'needs_attention') as integer) as needs_attention_count,
        cast(count_if(attention_group = 'on_course') as integer) as on_course_count,
        cast(count_if(attention_group = 'achieved') as integer) as achieved_count,
        cast(count_if(attention_group = 'undetermined') as integer) as undetermined_count,
        cast(count_if(attention_group = 'ended') as integer) as ended_count,
        cast(count_if(deciding_reason = 'reached_late') as integer) as reached_late_count,
        cast(count_if(list_contains(reason_codes, 'no_target_ahead')) as integer) as no_target_ahead_count
    from standings
),

-- The bureau's one big question is whether the environment comes to be used as was promised.
questions as (
    select * from standings
    where indicator_code = 'visualisation_usage_rate'
),

headlines as (
    select
        questions.indicator_code,
        case
            when questions.indicator_code is null then 'without_indicator'
            when questions.is_ended then 'ended'
            when questions.next_target_fiscal_year is null and questions.fiscal_year is null then 'without_actual'
            when questions.next_target_fiscal_year is null then 'no_target_ahead'
            when questions.latest_value is null then 'without_actual'
            when questions.outlook = 'reached' then 'reached_early'
            when questions.target_probability is not null then 'to_go_with_chance'
            else 'to_go'
        end as headline_kind,
        questions.attention_group,
        questions.next_target_text,
        questions.next_target_qualifier,
        questions.next_target_fiscal_year,
        groups.indicator_count,
        groups.needs_attention_count,
        groups.on_course_count,
        groups.achieved_count,
        groups.undetermined_count,
        groups.ended_count,
        groups.reached_late_count,
        groups.no_target_ahead_count,
        questions.latest_numerator,
        questions.latest_denominator,
        questions.required_numerator,
        questions.latest_value,
        questions.next_target_value,
        questions.planned_value,
        questions.target_probability,
        questions.still_needed,
        questions.needed_per_month,
        questions.months_left,
        questions.is_on_plan,
        run_contexts.as_of,
        questions.latest_measured_to
    from groups
    cross join {{ ref('stg_night__run_contexts') }} as run_contexts
    left join questions on true
)

select * from headlines
