"""Which departments use the visualisation environment in which month: the truth that the
demonstration's figures rest on.

The figures of March 2023 (5 of 53) and March 2024 (21 of 53) are the official 9 % and 40 %;
everything else is invented. A department listed here has at least one view or export in every month
from its first one on, pauses excepted; any other has none.
"""

from datetime import date

from demo.city import City, fingerprint, month_end
from demo.staff_roster import SECONDED_NUMBER, SECONDED_TO, SECONDMENT_MONTH, Person

ADOPTED: tuple[tuple[str, date], ...] = (
    ("B02", date(2022, 4, 1)),
    ("B03", date(2022, 4, 1)),
    ("B12", date(2022, 7, 1)),
    ("271276", date(2022, 10, 1)),
    ("B16", date(2023, 2, 1)),
    ("B24", date(2023, 4, 1)),
    ("271268", date(2023, 5, 1)),
    ("B17", date(2023, 6, 1)),
    ("B05", date(2023, 7, 1)),
    ("271284", date(2023, 8, 1)),
    ("B10", date(2023, 9, 1)),
    ("B15", date(2023, 10, 1)),
    ("271187", date(2023, 10, 1)),
    ("B18", date(2023, 11, 1)),
    ("B11", date(2023, 12, 1)),
    ("B20", date(2024, 1, 1)),
    ("271233", date(2024, 1, 1)),
    ("B07", date(2024, 2, 1)),
    ("271195", date(2024, 2, 1)),
    ("B23", date(2024, 3, 1)),
    (
        SECONDED_TO,
        SECONDMENT_MONTH,
    ),  # by one seconded person only, whom the first roster of that month puts elsewhere
    ("B19", date(2024, 4, 1)),
    ("271250", date(2024, 7, 1)),
    ("B29", date(2024, 10, 1)),  # closes on 2026-03-31
    ("B25", date(2025, 1, 1)),
    ("271021", date(2025, 4, 1)),
    ("B30", date(2025, 6, 1)),
    ("B21", date(2025, 8, 1)),
    ("271071", date(2025, 10, 1)),
    ("B14", date(2025, 12, 1)),
    ("271179", date(2026, 2, 1)),
    ("B31", date(2026, 4, 1)),  # B02 under its new name
    ("271144", date(2026, 4, 1)),
    ("B13", date(2026, 6, 1)),
    ("271241", date(2026, 7, 1)),
    ("B06", date(2026, 9, 1)),
    ("271136", date(2026, 10, 1)),
)

PAUSED: frozenset[tuple[str, date]] = frozenset(
    {
        ("271276", date(2022, 12, 1)),
        ("B05", date(2023, 8, 1)),
        ("B16", date(2023, 12, 1)),
        ("271268", date(2024, 1, 1)),
        ("B24", date(2024, 8, 1)),
        ("271209", date(2024, 9, 1)),
        ("B17", date(2024, 12, 1)),
        ("271195", date(2025, 8, 1)),
        ("B07", date(2025, 11, 1)),
        ("271250", date(2026, 1, 1)),
        ("271071", date(2026, 5, 1)),
        ("B14", date(2026, 8, 1)),
    }
)


def active_units(city: City, month: date) -> dict[str, date]:
    """Return the departments that use the environment in a month (named by its first day) with the
    month each of them began.
    """
    return {
        code: first
        for code, first in ADOPTED
        if first <= month
        and (code, month) not in PAUSED
        and city.by_code[code].is_valid_on(month_end(month))
    }


def users_by_unit(city: City, people: tuple[Person, ...], month: date) -> dict[str, list[Person]]:
    """Choose the people who use the environment in a month, by department; the first of each list
    is posted nowhere else.

    Postings begin on the first of a month and end on a month's last day, so the first day stands
    for the month. Someone posted in two departments is chosen only if both are active: that
    person's view counts for both.
    """
    active = active_units(city, month)
    alone: dict[str, list[Person]] = {code: [] for code in active}
    shared: dict[str, list[Person]] = {code: [] for code in active}
    for person in people:
        codes = person.units_on(month)
        if len(codes) == 1 and codes[0] in active:
            alone[codes[0]].append(person)
        elif len(codes) > 1 and all(code in active for code in codes):
            shared[codes[0]].append(person)
    if month == SECONDMENT_MONTH:
        alone[SECONDED_TO] = [
            person for person in alone[SECONDED_TO] if person.number == SECONDED_NUMBER
        ]
    return {
        code: _ranked(alone[code])[: _user_count(code, first, month)] + shared[code]
        for code, first in active.items()
    }


def _ranked(people: list[Person]) -> list[Person]:
    """Order people by how much they use the environment: the same order every month."""
    return sorted(people, key=lambda person: fingerprint("keenness", person.number))


def _user_count(code: str, first: date, month: date) -> int:
    """Return how many use the environment: one at first, more with time, up to a number that
    differs by department.
    """
    age_months = (month.year - first.year) * 12 + month.month - first.month
    if code in {"B03", "B30"}:
        return 8
    return min(1 + fingerprint("most users", code) % 6, 1 + age_months // 4)
