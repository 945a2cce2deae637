with

landed_rows as (
    select * from {{ landed_rows('specialists') }}
),

typed as (
    select
        landed_rows.item_id,
        landed_rows._source_row as source_row,
        landed_rows.sheet_name,
        landed_rows.sheet_row,
        nullif(trim(landed_rows.department_name), '') as department_name,
        try_cast(landed_rows.hire_count as decimal(18, 4)) as hire_count,
        coalesce(trim(landed_rows.hire_count_raw), '') != '' as has_hire_count,
        landed_rows.hire_count is null and {{ is_qualified_number('landed_rows.hire_count_raw') }}
            as has_inexact_hire_count,
        cast(landed_rows.hired_on as date) as hired_on,
        {{ row_text('specialists') }} as row_text
    from landed_rows
),

judged as (
    select
        item_id,
        source_row,
        sheet_name,
        sheet_row,
        department_name,
        hire_count,
        hired_on,
        row_text,
        list_filter(
            [
                case when not {{ is_of_these_years('hired_on') }} then 'bad_hired_on' end,
                case when has_inexact_hire_count then 'inexact_hire_count' end,
                case
                    when has_hire_count and (hire_count is null or hire_count != trunc(hire_count) or abs(hire_count) > 10000)
                        then 'bad_hire_count'
                end
            ],
            lambda reason: reason is not null
        ) as reason_codes
    from typed
)

select * from judged
