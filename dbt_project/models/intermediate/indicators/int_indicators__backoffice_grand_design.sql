{{ config(materialized='view') }}

{{ milestones_of('backoffice_grand_design') }}
