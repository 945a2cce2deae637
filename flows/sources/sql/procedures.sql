-- One row per procedure, department in charge and change of status: a procedure of two departments gives each of its changes twice.
-- What a procedure lacks is null here, for staging to say so.
select
    procedures.procedure_id,
    procedure_departments.department_name,
    procedure_status_changes.status,
    procedure_status_changes.changed_on
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
