with

publication_rules as (
    select
        rule_code,
        tier,
        threshold,
        owner_ja,
        owner_en,
        message_ja,
        message_en
    from {{ ref('publication_rules') }}
)

select * from publication_rules
