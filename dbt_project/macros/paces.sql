{#- A whole number of steps at or above a product of whole numbers (`ceiling`), or at or below it
    (`floor`): `//` cuts towards zero, so a negative product with a remainder is one off. -#}
{% macro steps_up(product, step) -%}
    ({{ product }} // ({{ step }}) + case when {{ product }} % ({{ step }}) > 0 then 1 else 0 end)
{%- endmacro %}

{% macro steps_down(product, step) -%}
    ({{ product }} // ({{ step }}) - case when {{ product }} % ({{ step }}) < 0 then 1 else 0 end)
{%- endmacro %}

{#- A quantity as a count of its ten-thousandths, and back: exact, where a product of decimals has
    too little room or becomes binary. -#}
{% macro as_ten_thousandths(quantity) -%}
    cast(cast({{ quantity }} as decimal(28, 4)) * 10000 as hugeint)
{%- endmacro %}

{% macro of_ten_thousandths(count) -%}
    cast(cast({{ count }} as decimal(28, 0)) * 0.0001 as decimal(24, 4))
{%- endmacro %}
