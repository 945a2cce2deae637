{{ config(materialized='incremental', incremental_strategy='rows_of_items') }}

{{ rows_quarantined(ref('base_nocode_apps__records'), only_new=is_incremental()) }}
