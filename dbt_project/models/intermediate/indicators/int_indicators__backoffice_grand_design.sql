{{ official_actuals('backoffice_grand_design') }}
