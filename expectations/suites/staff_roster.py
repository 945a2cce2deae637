"""The staff roster on arrival: it is there, of its usual size, and its department names are
readable and known.
"""

import great_expectations.expectations as gxe

from expectations.guards import Guard, named

# UTF-8 read as CP932: the lead byte (E3 to E9) and its continuation byte (80 to BF) make one of
# these rarely used characters.
_UTF8_AS_CP932 = "".join(
    character
    for lead in range(0xE3, 0xEA)
    for trail in range(0x80, 0xC0)
    if (character := bytes([lead, trail]).decode("cp932", errors="ignore"))
)
# Besides: the replacement character, control characters and accented letters (a Japanese encoding
# read as Latin-1), half-width katakana (UTF-8 or EUC-JP read as CP932), and runs of question marks
# (a character lost on conversion).
MOJIBAKE = "[\u0080-\u024f\uff61-\uff9f\ufffd" + _UTF8_AS_CP932 + r"]|\?\?"

ROSTER_SIZES = Guard(
    "staff_roster@raw",
    "select item_key as named_by, * from intermediate.int_arrival_volumes where source_name ="
    " 'staff_roster'",
    (
        gxe.ExpectColumnValuesToBeBetween(
            column="rows_staged",
            min_value=1,
            severity="critical",
            meta=named(
                "roster_is_not_empty", "a staff roster has no usable row; expected at least 1"
            ),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="share_of_typical",
            min_value=0.5,
            severity="critical",
            meta=named(
                "roster_keeps_its_size",
                "a staff roster has less than half the rows of the one before it",
            ),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="lost_share",
            max_value=0.1,
            severity="critical",
            meta=named(
                "roster_rows_are_usable", "more than 10 % of a staff roster's rows cannot be used"
            ),
        ),
    ),
)

ROSTER_DEPARTMENTS = Guard(
    "staff_roster_departments@raw",
    "select item_key as named_by, * from intermediate.int_roster_departments",
    (
        # GX's own regex expectation knows no DuckDB.
        gxe.UnexpectedRowsExpectation(
            unexpected_rows_query=(
                "select distinct named_by from {batch} where regexp_matches(department_name,"
                f" '{MOJIBAKE}')"
            ),
            severity="critical",
            meta=named(
                "department_names_are_readable",
                "a department's name in the staff roster is garbled (mojibake)",
            ),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="unknown_share",
            max_value=0.01,
            severity="critical",
            meta=named(
                "departments_are_known",
                "more than 1 % of a roster's postings name a department that org_units.csv does not"
                " hold",
            ),
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="is_known",
            value_set=[True],
            severity="warning",
            meta=named(
                "every_department_is_known",
                "a roster names a department that org_units.csv does not hold",
            ),
        ),
    ),
)
