{{ official_actuals('specialists_hired') }}
