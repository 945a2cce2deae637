with

judged as (
    select * from {{ ref('int_indicator_years_judged') }}
),

official_ratings as (
    select * from {{ ref('official_ratings') }}
),

rating_notes as (
    select * from {{ ref('rating_notes') }}
),

-- The official rating beside the arithmetic of the figures as written: a tolerance is ours, and no
-- part of the page.
compared as (
    select
        judged.*,
        case
            when judged.official_rating is null or judged.status_as_written is null then null
            when official_ratings.is_achieved and judged.status_as_written = 'met' then 'agrees'
            when not official_ratings.is_achieved and judged.status_as_written = 'not_met' then 'agrees'
            when rating_notes.reason_ja is not null then 'differs_explained'
            else 'differs_unexplained'
        end as rating_comparison,
        rating_notes.reason_ja,
        rating_notes.reason_en
    from judged
    left join official_ratings on judged.official_rating = official_ratings.official_rating
    left join rating_notes
        on
            judged.indicator_code = rating_notes.indicator_code
            and judged.fiscal_year = rating_notes.fiscal_year
            and judged.official_rating = rating_notes.official_rating
            and judged.official_text = rating_notes.official_text
),

shown as (
    select
        indicator_code,
        fiscal_year,
        actual_text,
        actual_qualifier,
        actual_origin,
        target_text,
        target_qualifier,
        official_text,
        official_qualifier,
        official_rating,
        official_page_number,
        status,
        case
            when coalesce(status, 'none') != 'cannot_tell' then null
            when is_provisional then 'year_not_over'
            when target_lower is null and target_upper is null then 'target_has_no_bounds'
            when actual_lower is null and actual_upper is null then 'actual_has_no_bounds'
            else 'intervals_overlap'
        end as status_reason,
        case
            when actual_origin is null then 'without_actual'
            when target_text is null and kind = 'milestone' and judged_value = natural_limit then 'done'
            when target_text is null then 'without_target'
            when status = 'cannot_tell' and is_provisional then 'year_not_over'
            else coalesce(status, 'cannot_tell')
        end as year_result,
        rating_comparison,
        case
            when rating_comparison like 'differs%'
                then if(status = 'met' and target_tolerance is not null, 'tolerance', 'figures')
        end as rating_differs_by,
        case when rating_comparison like 'differs%' then reason_ja end as rating_reason_ja,
        case when rating_comparison like 'differs%' then reason_en end as rating_reason_en,
        judging_method,
        case
            when judging_method = 'linear_pace' then coalesce(linear_pace_status, status)
            when judging_method = 'statcan_cagr' then coalesce(statcan_cagr_status, status)
            else status
        end as judged_status,
        linear_pace_status,
        statcan_cagr_status,
        case when fiscal_year > final_target_fiscal_year then final_target_year_status end as final_target_status,
        numerator,
        denominator,
        actual_value,
        actual_lower,
        actual_upper,
        target_value,
        target_lower,
        target_upper,
        target_tolerance,
        official_value,
        case when has_pace then baseline_fiscal_year end as baseline_fiscal_year,
        case when has_pace then baseline_value end as baseline_value,
        final_target_fiscal_year,
        final_target_value,
        linear_pace_ratio,
        linear_pace_projected_value,
        statcan_cagr_value,
        statcan_cagr_score,
        statcan_cagr_projected_value,
        case when len(answers) > 0 then len(answers) > 1 end as status_depends_on_method,
        is_defined,
        is_provisional,
        measured_to,
        known_from
    from compared
),

-- Equal neighbours are one row: a change day of another year, or of another source, changes nothing
-- here.
with_rows_before as (
    select
        *,
        row(*columns(* exclude (known_from))) as said,
        lag(row(*columns(* exclude (known_from)))) over (partition by indicator_code, fiscal_year order by known_from) as said_before
    from shown
),

dated as (
    select
        * exclude (said, said_before),
        -- Of a year in which an indicator is not defined, there is something to show only where
        -- something is said of it.
        is_defined
        or actual_text is not null
        or actual_value is not null
        or target_text is not null
        or official_rating is not null as is_shown,
        {{ next_known_from('indicator_code, fiscal_year') }} as known_to
    from with_rows_before
    where said is distinct from said_before
)

select * from dated
