with

landed_rows as (
    select * from {{ landed_rows('nocode_apps', only_new=true, and_standing=true) }}
),

typed as (
    select
        landed_rows.item_id,
        landed_rows._source_row as source_row,
        nullif(trim(landed_rows.task_code), '') as task_code,
        nullif(trim(landed_rows.department_name), '') as department_name,
        nullif(trim(landed_rows.status), '') as status,
        {{ municipal_date('landed_rows.began_on') }} as began_on,
        {{ municipal_date('landed_rows.in_use_from') }} as in_use_from,
        {{ municipal_date('landed_rows.retired_on') }} as retired_on,
        coalesce(trim(landed_rows.began_on), '') != '' as has_began_on,
        coalesce(trim(landed_rows.in_use_from), '') != '' as has_in_use_from,
        coalesce(trim(landed_rows.retired_on), '') != '' as has_retired_on,
        landed_rows.is_new,
        {{ row_text('nocode_apps') }} as row_text
    from landed_rows
),

judged as (
    select
        item_id,
        source_row,
        task_code,
        department_name,
        status,
        coalesce(began_on, in_use_from) as begins_on,
        retired_on,
        is_new,
        row_text,
        list_filter(
            [
                case when task_code is null or task_code = '＊＊＊' then 'missing_task' end,
                case
                    when status is null or status not in ('構想', '開発中', '運用中', '廃止')
                        then 'unknown_app_status'
                end,
                case when has_began_on and not {{ is_of_these_years('began_on') }} then 'bad_began_on' end,
                case when has_in_use_from and not {{ is_of_these_years('in_use_from') }} then 'bad_in_use_from' end,
                case when has_retired_on and not {{ is_of_these_years('retired_on') }} then 'bad_retired_on' end,
                case when status != '構想' and coalesce(began_on, in_use_from) is null then 'missing_began_on' end,
                case when status = '廃止' and retired_on is null then 'missing_retired_on' end,
                case when retired_on < coalesce(began_on, in_use_from) then 'retired_before_it_began' end
            ],
            lambda reason: reason is not null
        ) as reason_codes
    from typed
)

select * from judged
