{{ official_actuals('nocode_applications') }}
