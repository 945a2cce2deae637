select *
from {{ ref('indicators') }}
where baseline_fiscal_year is null or formula_ja is null or formula_en is null or frequency is null
