{{ config(materialized='incremental', incremental_strategy='append') }}

{{ rows_quarantined(ref('base_access_log__events')) }}
