with

attention_reasons as (
    select
        reason_code,
        attention_group,
        rule_ja,
        rule_en,
        precedence,
        group_order
    from {{ ref('attention_reasons') }}
)

select * from attention_reasons
