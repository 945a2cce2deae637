-- Tasks with a no-code application begun or in use on the last day of a month.
{{ indicator_of_stock('nocode_applications', ref('int_nocode_app_stock_changes_dated')) }}
