-- One row per rule that puts an indicator into a group, the first that decides first.
with

rules as (
    select *
    from marts.dim_attention_reasons
    where attention_group != 'note'
    order by precedence
)

select * from rules
