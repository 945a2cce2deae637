with

landed_rows as (
    select * from {{ landed_rows('procedures', only_new=true, and_standing=true) }}
),

typed as (
    select
        item_id,
        _source_row as source_row,
        nullif(trim(procedure_id), '') as procedure_id,
        nullif(trim(department_name), '') as department_name,
        lower(trim(status)) as status,
        -- A catalogue may keep a time with the day.
        coalesce({{ municipal_date('changed_on') }}, {{ day_in_japan('changed_on') }}) as changed_on,
        is_new,
        {{ row_text('procedures') }} as row_text
    from landed_rows
),

judged as (
    select
        item_id,
        source_row,
        procedure_id,
        department_name,
        status,
        changed_on,
        is_new,
        row_text,
        list_filter(
            [
                case when procedure_id is null or procedure_id = '＊＊＊' then 'missing_procedure' end,
                case when status is null or status not in ('registered', 'retired', 'reopened') then 'unknown_status' end,
                case when not {{ is_of_these_years('changed_on') }} then 'bad_change_date' end
            ],
            lambda reason: reason is not null
        ) as reason_codes
    from typed
)

select * from judged
