"""One cell of a municipal table that should be a date or a number: 令和5年10月1日, R5.10.1,
１，１００, ▲３, 6千2百万円, 60％以上.

A cell is read whole or not at all. It must never guess: 45200 is no date, 10～20 is no number, and
a day that no calendar has is none. `dbt_project/macros/japanese_values.sql` reads the same in SQL,
for files of millions of rows.
"""

import re
from datetime import date
from decimal import Decimal

from flows.sources.japanese import Quantity, find_figures, normalise

_ERA_OFFSETS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
_DAY = re.compile(
    r"""
    (?: (?P<era>令和|平成|昭和|[RrHhSs])\s?(?P<era_year>元|[0-9]{1,2}) | (?P<year>[0-9]{4}) )
    \s*[年./-]\s*(?P<month>[0-9]{1,2})\s*[月./-]\s*(?P<day>[0-9]{1,2})\s*日?
    (?:\s*\(?[月火水木金土日](?:曜日?)?\)?)?(?:[\sT]+0?0:00(?::00(?:\.0+)?)?)?
    """,
    re.VERBOSE,
)
_DIGITS = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")


def read_date(text: str) -> date | None:
    """Return the day that a cell holds, 和暦 or common era, whatever the width of its characters;
    None when it is not exactly one day.

    An era's years go on past its end (平成31年5月1日 is 2019-05-01), as forms printed before it
    write them.
    """
    plain = normalise(text).strip()
    match = _DAY.fullmatch(plain) or _DIGITS.fullmatch(plain)
    if match is None:
        return None
    parts = match.groupdict()
    if parts.get("era"):
        year = _ERA_OFFSETS[parts["era"].upper()] + (
            1 if parts["era_year"] == "元" else int(parts["era_year"])
        )
        if parts["era_year"] != "元" and int(parts["era_year"]) == 0:
            return None
    else:
        year = int(parts["year"])
    try:
        return date(year, int(parts["month"]), int(parts["day"]))
    except ValueError:
        return None


def read_number(text: str) -> Quantity | None:
    """Return the number that a cell holds, with its qualifier and unit; None when the cell is blank
    or holds anything besides it.

    In a cell a plus is a sign, and no change as on a page.
    """
    plain = normalise(text).strip()
    plain = re.sub(r"^\+(?=[0-9])", "", plain)
    found = find_figures(plain)
    only = found[0] if len(found) == 1 else None
    return only if isinstance(only, Quantity) and only.span == (0, len(plain)) else None


def read_exact_number(text: str, units: tuple[str, ...]) -> Decimal | None:
    """Return the number that a cell holds if it is exact, and bare or in one of the units.

    延べ counts each time, and not each person: it is no count of the cell's unit.
    """
    if re.search("延べ|のべ", normalise(text)):
        return None
    number = read_number(text)
    if number is None or number.qualifier != "exact" or number.unit not in ("", *units):
        return None
    return number.value
