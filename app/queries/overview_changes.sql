-- One row per indicator and fiscal year of which something changed since the last month's end, in the order of the indicators.
with

moves as (
    select
        indicator_code,
        fiscal_year,
        'joined' as move,
        unnest(joined_codes) as org_unit_code
    from marts.fct_indicator_changes
    union all by name
    select
        indicator_code,
        fiscal_year,
        'left' as move,
        unnest(left_codes) as org_unit_code
    from marts.fct_indicator_changes
),

moved as (
    select
        moves.indicator_code,
        moves.fiscal_year,
        list(org_units.name_ja order by org_units.org_unit_code) filter (where moves.move = 'joined') as joined_ja,
        list(org_units.name_en order by org_units.org_unit_code) filter (where moves.move = 'joined') as joined_en,
        list(org_units.name_ja order by org_units.org_unit_code) filter (where moves.move = 'left') as left_ja,
        list(org_units.name_en order by org_units.org_unit_code) filter (where moves.move = 'left') as left_en
    from moves
    inner join marts.dim_org_units as org_units on moves.org_unit_code = org_units.org_unit_code
    group by moves.indicator_code, moves.fiscal_year
),

changes as (
    select
        changes.*,
        fiscal_years.label_ja as year_ja,
        fiscal_years.label_en as year_en,
        moved.joined_ja,
        moved.joined_en,
        moved.left_ja,
        moved.left_en
    from marts.fct_indicator_changes as changes
    inner join marts.dim_indicators as indicators on changes.indicator_code = indicators.indicator_code
    inner join marts.dim_fiscal_years as fiscal_years on changes.fiscal_year = fiscal_years.fiscal_year
    left join moved
        on
            changes.indicator_code = moved.indicator_code
            and changes.fiscal_year = moved.fiscal_year
    order by indicators.sort_order asc, changes.fiscal_year desc
)

select * from changes
