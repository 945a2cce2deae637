{{ indicator_of_milestones('data_utilisation_policy') }}
