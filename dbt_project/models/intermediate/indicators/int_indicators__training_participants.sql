{{ official_actuals('training_participants') }}
