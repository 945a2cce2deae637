select *
from {{ ref('indicator_targets') }}
where
    fiscal_year is null
    or effective_from is null
    or target_text is null
    or source_document is null
