with

statements as (
    select * from {{ ref('base_policy_pages__statements') }}
),

landed_items as (
    select * from {{ ref('stg_night__landed_items') }}
),

pages as (
    select
        landed_items.item_id,
        landed_items.item_key,
        any_value(statements.page_number) as page_number,
        any_value(statements.title) as title,
        any_value(statements.bureau) as bureau,
        any_value(statements.stage) as stage,
        landed_items.origin,
        cast(any_value(statements.page_fiscal_year) as integer) as fiscal_year,
        any_value(statements.page_date) as page_date,
        landed_items.known_from,
        {{ null_while_open('landed_items.known_to') }} as known_to
    from statements
    inner join landed_items on statements.item_id = landed_items.item_id
    group by all
)

select * from pages
