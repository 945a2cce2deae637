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
            meta=named(
                "every_row_is_accounted_for",
                "rows read differ from rows rejected + quarantined + staged",
            ),
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
            meta=named(
                "no_source_is_silent_for_long",
                "a source has delivered nothing for longer than it may",
            ),
        ),
    ),
)

REJECTED_ITEMS = Guard(
    "items_rejected@raw",
    "select difference as named_by, * from intermediate.int_items_off_contract where is_rejected"
    " and source_name != 'policy_pages'",
    (
        gxe.ExpectColumnValuesToBeInSet(
            column="is_rejected",
            value_set=[False],
            severity="critical",
            meta=named(
                "every_item_can_be_read",
                "an item, or a sheet of it, cannot be read as its contract says",
            ),
        ),
    ),
)

ITEMS_OFF_CONTRACT = Guard(
    "items_off_contract@raw",
    "select difference as named_by, * from intermediate.int_items_off_contract where not"
    " is_rejected or source_name = 'policy_pages'",
    (
        gxe.ExpectColumnValuesToBeNull(
            column="difference",
            severity="warning",
            meta=named(
                "every_item_is_as_its_contract_says",
                "an item differs from its contract; what is new was left unread",
            ),
        ),
    ),
)

COLUMN_DRIFTS = Guard(
    "column_drifts@raw",
    "select difference as named_by, * from intermediate.int_column_drifts",
    (
        gxe.ExpectColumnValuesToBeBetween(
            column="share_unreadable",
            max_value=0.5,
            severity="critical",
            meta=named(
                "columns_keep_their_kind",
                "in more than half of an item's rows a column is not what its contract says",
            ),
        ),
    ),
)

SOURCE_DEPARTMENTS = Guard(
    "source_departments@raw",
    "select item_key as named_by, * from intermediate.int_source_departments",
    (
        gxe.ExpectColumnValuesToBeInSet(
            column="is_known",
            value_set=[True],
            severity="warning",
            meta=named(
                "rows_are_of_known_departments",
                "a source names no department, or one that org_units.csv does not hold; the city's"
                " figure counts the row all the same",
            ),
        ),
    ),
)
