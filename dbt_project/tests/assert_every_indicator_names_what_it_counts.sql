select *
from {{ ref('indicators') }}
where counted_ja is null or counted_en is null or counted_one_en is null
