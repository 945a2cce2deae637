{{ config(materialized='incremental', incremental_strategy='rows_of_items') }}

{{ rows_quarantined(ref('base_procedures__status_changes'), only_new=is_incremental()) }}
