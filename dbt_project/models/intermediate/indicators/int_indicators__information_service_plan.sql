{{ config(materialized='view') }}

{{ milestones_of('information_service_plan') }}
