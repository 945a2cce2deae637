{{ indicator_of_milestones('information_service_plan') }}
