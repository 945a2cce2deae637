{#- Numbers that somebody has decided, each found by its name. Texts for readers say some of them
    again; a test holds the two together. -#}

{#- A department's count of fewer people is not shown: whoever knows it could name 1 or 2. -#}
{% macro fewest_people_shown() -%}
    3
{%- endmacro %}

{#- From which ratio of the pace to the one that is needed an indicator is on track. -#}
{% macro on_track_from() -%}
    0.95
{%- endmacro %}

{#- From which ratio it has made moderate progress; below that limited progress. -#}
{% macro moderate_progress_from() -%}
    0.6
{%- endmacro %}

{#- After how many hours without a new version readers are told that the update is late: a night
    every day, and half a day more before its absence is told. -#}
{% macro updated_within_hours() -%}
    36
{%- endmacro %}

{#- From which probability a target is likely to be reached; below that its indicator needs attention. -#}
{% macro likely_from() -%}
    0.5
{%- endmacro %}
