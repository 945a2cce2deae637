"""The city the demonstration takes place in: its departments and closed days, read from the
warehouse's own seeds.

Every random choice of the demonstration starts here from a text, so that the same code and seeds
give the same bytes on every machine. It must never read the clock.
"""

import csv
import hashlib
import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Literal

REPOSITORY = Path(__file__).resolve().parent.parent
SEEDS = REPOSITORY / "dbt_project" / "seeds"

FIRST_DAY = date(2022, 4, 1)
LAST_DAY = date(2026, 11, 20)

# The whole demonstration without faults, with those that its sources have every year, and with what
# an attacker or an accident puts there.
Variety = Literal["clean", "dirty", "hostile"]


@dataclass(frozen=True)
class Delivery:
    """One file as it is put into a drop folder: `<source>/<day>/<name>`, or `<source>/<name>` for
    what is simply there.
    """

    source: str
    day: date | None
    name: str
    content: bytes


@dataclass(frozen=True)
class OrgUnit:
    """A department and the days it is valid on, both ends included."""

    code: str
    name: str
    valid_from: date
    valid_to: date | None
    predecessor_code: str

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class City:
    """The departments in the seed's order, and the days the city hall is closed beside weekends."""

    org_units: tuple[OrgUnit, ...]
    closed_days: frozenset[date]

    @cached_property
    def by_code(self) -> dict[str, OrgUnit]:
        return {unit.code: unit for unit in self.org_units}

    @cached_property
    def by_name(self) -> dict[str, OrgUnit]:
        return {unit.name: unit for unit in self.org_units}

    def valid_units(self, day: date) -> tuple[OrgUnit, ...]:
        return tuple(unit for unit in self.org_units if unit.is_valid_on(day))

    def is_open(self, day: date) -> bool:
        """Tell whether the city hall works that day: no weekend, no closed day."""
        return day.weekday() < 5 and day not in self.closed_days


def read_city(seeds: Path = SEEDS) -> City:
    """Read `org_units.csv` and `closed_days.csv`."""
    with (seeds / "org_units.csv").open(encoding="utf-8", newline="") as file:
        units = tuple(
            OrgUnit(
                row["org_unit_code"],
                row["name_ja"],
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                row["predecessor_code"],
            )
            for row in csv.DictReader(file)
        )
    with (seeds / "closed_days.csv").open(encoding="utf-8", newline="") as file:
        closed = frozenset(date.fromisoformat(row["closed_date"]) for row in csv.DictReader(file))
    return City(units, closed)


def fingerprint(*parts: object) -> int:
    """Return a number that depends on the parts' text and on nothing else (the built-in hash
    differs from process to process).
    """
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def seeded(*parts: object) -> random.Random:
    """Return a generator of random numbers that starts from the parts' text."""
    return random.Random(fingerprint(*parts))


def days(first: date, last: date) -> list[date]:
    """List the days from first to last, both included."""
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def months(first: date, last: date) -> list[date]:
    """List the first days of the months from first's to last's."""
    found = [first.replace(day=1)]
    while (following := next_month(found[-1])) <= last:
        found.append(following)
    return found


def next_month(day: date) -> date:
    """Return the first day of the month after the day's."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def month_end(day: date) -> date:
    """Return the last day of the day's month."""
    return next_month(day) - timedelta(1)


def fiscal_year_start(day: date) -> date:
    """Return the 1 April on which the day's fiscal year began."""
    return date(day.year if day.month >= 4 else day.year - 1, 4, 1)


def level_on(levels: tuple[tuple[date, int], ...], month: date) -> int:
    """Return what a stock is at the end of a month, when it goes evenly from each of its levels to
    the next; they are set for days.
    """
    day = month_end(month)
    for (first, before), (last, after) in pairwise(levels):
        if first < day <= last:
            return before + round((after - before) * (day - first).days / (last - first).days)
    raise ValueError(f"no level is set for {month}")
