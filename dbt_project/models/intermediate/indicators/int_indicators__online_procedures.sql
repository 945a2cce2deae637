-- Procedures that are open on the last day of a month.
{{ indicator_of_stock('online_procedures', ref('int_procedure_stock_changes_dated')) }}
