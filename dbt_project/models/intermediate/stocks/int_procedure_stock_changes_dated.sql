{{ stock_changes_dated('procedures', ref('int_procedure_stock_changes')) }}
