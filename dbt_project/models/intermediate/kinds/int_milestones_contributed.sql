{{ config(materialized='view') }}

-- Stages of every milestone, one line each.
with

unioned as (
    select * from {{ ref('int_indicators__backoffice_grand_design') }}
    union all by name
    select * from {{ ref('int_indicators__common_cloud_service') }}
    union all by name
    select * from {{ ref('int_indicators__data_utilisation_policy') }}
    union all by name
    select * from {{ ref('int_indicators__information_service_plan') }}
)

select * from unioned
