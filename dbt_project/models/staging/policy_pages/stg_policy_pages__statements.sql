with

statements as (
    select * exclude (reason_codes, row_text)
    from {{ ref('base_policy_pages__statements') }}
    where len(reason_codes) = 0
)

select * from statements
