-- A rule that names no column, or two kinds of bounds, would guard nothing. What it names is built
-- before this test:
-- depends_on: {{ ref('fct_loads') }}
-- depends_on: {{ ref('int_actuals_to_check') }}
-- depends_on: {{ ref('int_arrival_volumes') }}
-- depends_on: {{ ref('int_column_drifts') }}
-- depends_on: {{ ref('int_items_off_contract') }}
-- depends_on: {{ ref('int_progress_drifts') }}
-- depends_on: {{ ref('int_ratings_to_check') }}
-- depends_on: {{ ref('int_reconciliations_to_check') }}
-- depends_on: {{ ref('int_registers_repeated') }}
-- depends_on: {{ ref('int_roster_departments') }}
-- depends_on: {{ ref('int_source_departments') }}
-- depends_on: {{ ref('int_source_silences') }}
-- depends_on: {{ ref('int_stages_unread') }}
-- depends_on: {{ ref('int_unknown_users') }}
with

rules as (
    select * from {{ ref('gate_rules') }}
),

named_columns as (
    select
        rule_code,
        relation,
        unnest([column_name, named_by, at_most_column]) as column_name
    from rules
),

unknown_columns as (
    select
        named_columns.rule_code,
        named_columns.relation || ' has no column ' || named_columns.column_name as finding
    from named_columns
    left join duckdb_columns() as existing
        on
            named_columns.relation = existing.schema_name || '.' || existing.table_name
            and named_columns.column_name = existing.column_name
            and existing.database_name = current_database()
    where named_columns.column_name is not null and existing.column_name is null
),

several_bounds as (
    select
        rule_code,
        'it has more than one of a range, allowed_values and at_most_column' as finding
    from rules
    where
        cast(coalesce(min_value, max_value) is not null as integer) + cast(allowed_values is not null as integer)
        + cast(at_most_column is not null as integer) > 1
),

empty_ranges as (
    select
        rule_code,
        'min_value is above max_value' as finding
    from rules
    where min_value > max_value
),

suites_of_other_rows as (
    select
        rule_code,
        'other rules of suite ' || suite_name || ' are about other rows (relation, condition, named_by)' as finding
    from rules
    qualify
        count(distinct concat_ws(' ', relation, condition, named_by)) over (partition by checkpoint_name, suite_name) > 1
),

found as (
    select * from unknown_columns
    union all
    select * from several_bounds
    union all
    select * from empty_ranges
    union all
    select * from suites_of_other_rows
)

select
    'seeds/gate_rules.csv, ' || rule_code || ': ' || finding as finding,
    'correct the rule in dbt_project/seeds/gate_rules.csv' as next_step
from found
