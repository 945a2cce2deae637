with

publication_changes as (
    select * from {{ ref('int_publication_changes') }}
)

select * from publication_changes
