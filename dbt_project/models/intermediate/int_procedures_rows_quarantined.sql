{{ config(materialized='incremental', incremental_strategy='append') }}

{{ rows_quarantined(ref('base_procedures__status_changes'), only_new=is_incremental()) }}
