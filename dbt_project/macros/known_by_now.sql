{#- The last step of every fold: what is known by the warehouse's own date, in the exact types of a
    figure. -#}
{% macro known_by_now(actuals) -%}
    select
        actuals.indicator_code,
        actuals.org_unit_code,
        actuals.period_grain,
        actuals.period_start,
        actuals.period_end,
        actuals.measured_to,
        cast(actuals.known_from as date) as known_from,
        cast(actuals.numerator as decimal(24, 4)) as numerator,
        cast(actuals.denominator as decimal(24, 4)) as denominator
    from {{ actuals }} as actuals
    inner join {{ ref('stg_night__run_contexts') }} as run_contexts on actuals.known_from <= run_contexts.as_of
{%- endmacro %}
