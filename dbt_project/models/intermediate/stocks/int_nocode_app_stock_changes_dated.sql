{{ stock_changes_dated('nocode_apps', ref('int_nocode_app_stock_changes')) }}
