{{ config(materialized='view') }}

{{ milestones_of('data_utilisation_policy') }}
