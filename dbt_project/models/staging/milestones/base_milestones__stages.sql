with

landed_rows as (
    select * from {{ landed_rows('milestones') }}
),

landed_items as (
    select
        item_id,
        known_from
    from {{ ref('stg_night__landed_items') }}
),

-- A register names an indicator as the seed or as a page does.
wordings as (
    select
        indicator_code,
        name_ja as wording
    from {{ ref('indicators') }}
    union
    select
        indicator_code,
        indicator_wording as wording
    from {{ ref('indicator_aliases') }}
),

milestone_indicators as (
    select indicator_code from {{ ref('indicators') }}
    where kind = 'milestone'
),

typed as (
    select
        landed_rows.item_id,
        landed_rows._source_row as source_row,
        wordings.indicator_code,
        landed_rows.sheet_name,
        landed_rows.sheet_row,
        trim(landed_rows.status) as status,
        nullif(trim(landed_rows.evidence_url), '') as evidence_url,
        try_cast(landed_rows.stage_no as decimal(18, 4)) as stage_no,
        try_cast(landed_rows.progress as decimal(18, 4)) as progress_percent,
        coalesce(trim(landed_rows.progress_raw), '') != '' as has_progress,
        landed_rows.progress is null and {{ is_qualified_number('landed_rows.progress_raw') }}
            as has_inexact_progress,
        landed_rows.stage_no is null and {{ is_qualified_number('landed_rows.stage_no_raw') }}
            as has_inexact_stage_no,
        regexp_matches(landed_rows.progress_raw, '[%％﹪割]|パーセント|ﾊﾟｰｾﾝﾄ') as has_percent,
        coalesce(trim(landed_rows.planned_on_raw), '') != '' as has_planned_on,
        coalesce(trim(landed_rows.completed_on_raw), '') != '' as has_completed_on,
        cast(landed_rows.planned_on as date) as planned_on,
        cast(landed_rows.completed_on as date) as completed_on,
        trim(landed_rows.status) in ('策定済', '運用開始', '完了') as is_done,
        landed_items.known_from,
        {{ row_text('milestones') }} as row_text
    from landed_rows
    inner join landed_items on landed_rows.item_id = landed_items.item_id
    left join wordings
        on
            trim(landed_rows.indicator_wording) = wordings.wording
            and wordings.indicator_code in (select milestone_indicators.indicator_code from milestone_indicators)
),

judged as (
    select
        *,
        list_filter(
            [
                case when indicator_code is null then 'unknown_wording' end,
                case when has_inexact_stage_no then 'inexact_stage_no' end,
                case when stage_no is null or stage_no < 1 or stage_no != trunc(stage_no) or stage_no > 999 then 'bad_stage_no' end,
                case
                    when coalesce(status, '') not in ('未着手', '着手', '策定中', '整備中', '策定済', '運用開始', '完了')
                        then 'unknown_stage_status'
                end,
                case when has_planned_on and not {{ is_of_these_years('planned_on') }} then 'bad_planned_on' end,
                case when has_completed_on and not {{ is_of_these_years('completed_on') }} then 'bad_completed_on' end,
                case when has_inexact_progress then 'inexact_progress' end,
                -- A spreadsheet keeps 60 % as 0.6, and 100 % as 1.
                case
                    when progress_percent > 0 and progress_percent <= 1 and not has_percent
                        then 'progress_without_percent'
                end,
                case when has_progress and (progress_percent is null or progress_percent not between 0 and 100) then 'bad_progress' end,
                case when is_done and not has_completed_on then 'done_without_a_day' end,
                case when is_done and progress_percent < 100 then 'done_and_not_complete' end,
                case when completed_on > known_from then 'future_completed_on' end,
                case when evidence_url = '＊＊＊' then 'bad_evidence_url' end
            ],
            lambda reason: reason is not null
        ) as reasons
    from typed
),

-- Of two rows of one stage the first that can be read stands.
numbered as (
    select
        * exclude (reasons),
        case
            when
                row_number() over (
                    partition by item_id, indicator_code, stage_no
                    order by {{ stage_is_unread('reasons') }}, source_row
                ) > 1
                then list_append(reasons, 'stage_twice')
            else reasons
        end as reason_codes
    from judged
)

select * from numbered
