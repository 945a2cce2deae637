with

policies as (
    select
        'updated_within_hours' as policy_code,
        cast({{ updated_within_hours() }} as double) as policy_value
)

select * from policies
