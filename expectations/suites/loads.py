"""What was landed: every row accounted for, and no source silent for longer than it may be."""

import great_expectations.expectations as gxe

from expectations.guards import Guard, named

CONSERVATION = Guard(
    "fct_loads@candidate",
    "select item_id as named_by, * from marts.fct_loads",
    (
        gxe.ExpectColumnValuesToBeInSet(
            column="rows_unaccounted",
            value_set=[0],
            severity="critical",
            meta=named("every_row_is_accounted_for", "rows read differ from rows rejected + quarantined + staged"),
        ),
    ),
)

SILENCES = Guard(
    "source_silences@raw",
    "select source_name as named_by, * from intermediate.int_source_silences",
    (
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="allowed_days",
            column_B="silent_days",
            or_equal=True,
            severity="warning",
            meta=named("no_source_is_silent_for_long", "a source has delivered nothing for longer than it may"),
        ),
    ),
)
