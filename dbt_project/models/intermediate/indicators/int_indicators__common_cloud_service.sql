{{ official_actuals('common_cloud_service') }}
