"""The access log on arrival: as many rows as such a day usually has; a day after the calendar of
closed days stops nothing.
"""

import great_expectations.expectations as gxe

from expectations.guards import Guard, named

DAY_VOLUMES = Guard(
    "access_log@raw",
    "select item_key as named_by, *, case when is_in_calendar then share_of_typical end as"
    " share_in_calendar, case when not is_in_calendar then share_of_typical end as"
    " share_after_calendar from intermediate.int_arrival_volumes where source_name = 'access_log'"
    " and is_new",
    (
        gxe.ExpectColumnValuesToBeBetween(
            column="share_in_calendar",
            min_value=0.25,
            severity="critical",
            meta=named(
                "day_volume_is_usual",
                "a day's access log has less than 25 % of the rows that are typical for such a day",
            ),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="share_after_calendar",
            min_value=0.25,
            severity="warning",
            meta=named(
                "day_volume_after_the_calendar_is_usual",
                "a day's access log has less than 25 % of the rows that are typical for such a day,"
                " and seeds/closed_days.csv ends before that day",
            ),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="lost_share",
            max_value=0.5,
            severity="critical",
            meta=named(
                "day_rows_are_usable",
                "more than half of the rows of a day's access log cannot be used",
            ),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="share_of_typical",
            max_value=4,
            severity="warning",
            meta=named(
                "day_volume_is_not_excessive",
                "a day's access log has more than 4 times the rows that are typical for such a day",
            ),
        ),
    ),
)

UNKNOWN_USERS = Guard(
    "access_log_users@raw",
    "select month_name as named_by, * from intermediate.int_unknown_users",
    (
        gxe.ExpectColumnValuesToBeBetween(
            column="unknown_share",
            max_value=0.05,
            severity="warning",
            meta=named(
                "users_are_in_the_roster",
                "more than 5 % of a month's use is by people whom no roster knows; it counts for no"
                " department",
            ),
        ),
    ),
)
