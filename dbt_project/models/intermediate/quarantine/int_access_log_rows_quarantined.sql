{{ config(materialized='incremental', incremental_strategy='rows_of_items') }}

{{ rows_quarantined(ref('base_access_log__events')) }}
