{{ official_actuals('data_utilisation_policy') }}
