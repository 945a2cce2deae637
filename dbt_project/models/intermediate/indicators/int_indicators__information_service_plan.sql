{{ official_actuals('information_service_plan') }}
