{{ official_actuals('online_procedures') }}
