select *
from {{ ref('indicator_targets') }}
where target_tolerance is not null and (tolerance_reason_ja is null or tolerance_reason_en is null or target_value is null)
