{{ indicator_of_milestones('common_cloud_service') }}
