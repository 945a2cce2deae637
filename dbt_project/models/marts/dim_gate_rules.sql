with

gate_rules as (
    select
        rule_code,
        checkpoint_name,
        suite_name,
        relation,
        condition,
        named_by,
        column_name,
        min_value,
        max_value,
        allowed_values,
        at_most_column,
        severity,
        is_approvable,
        owner_ja,
        owner_en,
        message_ja,
        message_en,
        advice_ja,
        advice_en
    from {{ ref('gate_rules') }}
)

select * from gate_rules
