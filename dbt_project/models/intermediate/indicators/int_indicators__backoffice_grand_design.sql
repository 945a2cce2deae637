{{ indicator_of_milestones('backoffice_grand_design') }}
