-- Every indicator, one line each.
with

unioned as (
    select * from {{ ref('int_indicators__online_procedures') }}
    union all
    select * from {{ ref('int_indicators__information_service_plan') }}
    union all
    select * from {{ ref('int_indicators__common_cloud_service') }}
    union all
    select * from {{ ref('int_indicators__backoffice_grand_design') }}
    union all
    select * from {{ ref('int_indicators__nocode_applications') }}
    union all
    select * from {{ ref('int_indicators__visualisation_usage_rate') }}
    union all
    select * from {{ ref('int_indicators__data_utilisation_policy') }}
    union all
    select * from {{ ref('int_indicators__specialists_hired') }}
    union all
    select * from {{ ref('int_indicators__training_participants') }}
)

select * from unioned
