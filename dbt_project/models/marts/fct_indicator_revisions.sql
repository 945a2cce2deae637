with

revisions as (
    select * from {{ ref('int_indicator_revisions') }}
)

select * from revisions
