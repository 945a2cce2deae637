-- One row per declared correction that an indicator's figures are counted with.
with

corrections as (
    select *
    from marts.fct_corrections
    where list_contains(string_split(indicator_codes, ', '), $indicator_code) and standing = 'applied'
    order by declared_on, correction_id
)

select * from corrections
