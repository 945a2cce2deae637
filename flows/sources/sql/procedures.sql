-- One row per procedure, department in charge and change of status: a procedure of two departments gives each of its changes twice.
-- What a procedure lacks is null here, for staging to say so. Everything is asked for as text: what a column was declared as does not matter.
select
    cast(procedures.procedure_id as text) as procedure_id,
    cast(procedure_departments.department_name as text) as department_name,
    cast(procedure_status_changes.status as text) as status,
    cast(procedure_status_changes.changed_on as text) as changed_on
from procedures
left join procedure_departments
    on procedures.procedure_id = procedure_departments.procedure_id
left join procedure_status_changes
    on procedures.procedure_id = procedure_status_changes.procedure_id
order by
    procedures.procedure_id,
    procedure_departments.department_name,
    procedure_status_changes.changed_on,
    procedure_status_changes.status
