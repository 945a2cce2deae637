{{ config(materialized='view') }}

with

audit_results as (
    select * from {{ ref('stg_night__audit_results') }}
)

select * from audit_results
