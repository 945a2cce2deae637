"""What holds for a source whose items are delivered again and grow: an item keeps its size, and its
rows can be used.
"""

import great_expectations.expectations as gxe

from expectations.guards import Guard, named


def arrivals(source_name: str, *, least_share: float, most_lost: float) -> Guard:
    """Return the guard of one source's items beside the published delivery of each; both limits are
    shares, 0 to 1.
    """
    return Guard(
        f"{source_name}@raw",
        "select item_key as named_by, * from intermediate.int_arrival_volumes where source_name ="
        f" '{source_name}'",
        (
            gxe.ExpectColumnValuesToBeBetween(
                column="share_of_typical",
                min_value=least_share,
                severity="critical",
                meta=named(
                    f"{source_name}_keep_their_size",
                    f"an item of {source_name} has less than {least_share:.0%} of the rows of the"
                    " published one",
                ),
            ),
            gxe.ExpectColumnValuesToBeBetween(
                column="lost_share",
                max_value=most_lost,
                severity="critical",
                meta=named(
                    f"{source_name}_rows_are_usable",
                    f"more than {most_lost:.0%} of an item's rows cannot be used",
                ),
            ),
        ),
    )
