-- Nothing is built on a correction that contradicts another one, a contract or itself: dbt holds
-- back what reads a seed until the tests that depend on that seed alone have passed. So the
-- contracts are named only once the test runs.
{%- set contract_columns = source('night', 'contract_columns') if execute else 'contract_columns' %}

with

contract_columns as (
    select * from {{ contract_columns }}
),

sources as (
    select distinct source_name from contract_columns
),

joined as (
    select
        corrections.*,
        sources.source_name is not null as is_known_source,
        contract_columns.column_name is not null and contract_columns.heading not like '(%' as is_known_column,
        coalesce(contract_columns.is_personal, false) as is_personal,
        case when contract_columns.shown_name != contract_columns.column_name then contract_columns.kind end as kind_read_on_landing,
        count(*) over (
            partition by corrections.source_name, corrections.item_key, corrections.source_row, corrections.column_name
        ) as cell_count
    from {{ ref('corrections') }} as corrections
    left join sources on corrections.source_name = sources.source_name
    left join contract_columns
        on corrections.source_name = contract_columns.source_name and corrections.column_name = contract_columns.column_name
),

checked as (
    select
        correction_id,
        concat_ws(
            '; ',
            case
                when not is_known_source then 'no source is called so'
                when not is_known_column then 'the source''s contract has no such column'
                when is_personal then 'the column is personal, and what is personal is corrected at the source alone'
            end,
            case when coalesce(trim(item_key), '') = '' then 'it names no item' end,
            case when item_key != nfc_normalize(item_key) then 'its item''s name has voiced marks beside their letters: type it' end,
            case when source_row is null or source_row < 1 then 'it names no row' end,
            case when cell_count > 1 then 'another correction is of the same cell' end,
            case when coalesce(recorded_value, '') = coalesce(corrected_value, '') then 'it corrects nothing' end,
            case
                when kind_read_on_landing = 'date' and not regexp_full_match(corrected_value, '[0-9]{4}-[0-9]{2}-[0-9]{2}')
                    then 'the corrected day has to be written as YYYY-MM-DD'
                when kind_read_on_landing = 'date' and corrected_value != '' and try_cast(corrected_value as date) is null
                    then 'the corrected day is none'
                when kind_read_on_landing = 'number' and not regexp_full_match(corrected_value, '-?[0-9]{1,12}([.][0-9]{1,4})?')
                    then 'the corrected number has to be written in plain digits'
            end,
            case
                when coalesce(trim(reason_ja), '') = '' or coalesce(trim(reason_en), '') = '' then 'it gives no reason in both languages'
            end,
            case when coalesce(trim(declared_by), '') = '' then 'no office answers for it' end,
            case when declared_on is null then 'it has no day of declaration' end,
            case when valid_until < declared_on then 'it ends before it was declared' end
        ) as contradictions
    from joined
),

contradicted as (
    select
        correction_id,
        'correction ' || coalesce(correction_id, '(without a name)') || ': ' || contradictions as finding,
        'correct its line in dbt_project/seeds/corrections.csv' as next_step
    from checked
    where contradictions != ''
)

select * from contradicted
order by correction_id
