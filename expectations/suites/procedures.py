"""The procedure catalogue on arrival: it is there, and of its usual size."""

import great_expectations.expectations as gxe

from expectations.guards import Guard, named

CATALOGUE_SIZES = Guard(
    "procedures@raw",
    "select item_key as named_by, * from intermediate.int_arrival_volumes where source_name ="
    " 'procedures'",
    (
        gxe.ExpectColumnValuesToBeBetween(
            column="rows_staged",
            min_value=1,
            severity="critical",
            meta=named(
                "catalogue_is_not_empty",
                "the procedure catalogue has no usable row; expected at least 1",
            ),
        ),
        # Retired procedures stay in a catalogue, so that it grows; a tenth less is a lost table or
        # a filter.
        gxe.ExpectColumnValuesToBeBetween(
            column="share_of_typical",
            min_value=0.9,
            severity="critical",
            meta=named(
                "catalogue_keeps_its_size",
                "the procedure catalogue has less than 90 % of the rows of the published one",
            ),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="lost_share",
            max_value=0.1,
            severity="critical",
            meta=named(
                "catalogue_rows_are_usable",
                "more than 10 % of the procedure catalogue's rows cannot be used",
            ),
        ),
    ),
)
