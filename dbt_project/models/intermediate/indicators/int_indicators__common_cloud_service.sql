{{ config(materialized='view') }}

{{ milestones_of('common_cloud_service') }}
