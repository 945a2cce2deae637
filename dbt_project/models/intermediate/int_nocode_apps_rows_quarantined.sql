{{ config(materialized='incremental', incremental_strategy='append') }}

{{ rows_quarantined(ref('base_nocode_apps__records'), only_new=is_incremental()) }}
