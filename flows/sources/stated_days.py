"""The days and months that the name of a file states: 20240331, 2024-03, 令和8年4月1日, R8.4.

A name also holds what only looks like a day: the six digits of a municipality (271004), a number,
a fiscal year. Which of its readings is meant depends on the night that asks, so this gives all of
them, and chooses only by a last day that it is given. It must never guess.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flows.sources.japanese import normalise

EARLIEST = date(2000, 1, 1)

_ERA = r"(?:(?P<era>令和|平成|(?<![A-Za-z0-9])[RrHh])\s?(?P<era_year>元|[0-9]{1,2}))"
_YEAR = r"(?<![0-9])(?P<year>[0-9]{4})"
_SEPARATED = r"(?P<mark>[-._/])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})(?![0-9])"
_WRITTEN = r"\s?年\s?(?P<month>[0-9]{1,2})\s?月(?:\s?(?P<day>[0-9]{1,2})\s?日)?"
# A stamp of fourteen digits is a day and a time of day; other long numbers are no days.
_TIME_OF_DAY = r"(?:(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9])?(?![0-9])"
# The longest way of writing first: what one pattern has read is no part of another's day.
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        f"(?:{_ERA}|{_YEAR}){_WRITTEN}",
        f"(?:{_ERA}|{_YEAR}){_SEPARATED}",
        rf"{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}}){_TIME_OF_DAY}",
        r"(?<![A-Za-z0-9])(?P<era>[RrHh])(?P<era_year>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?![0-9])",
        rf"(?<!FY){_YEAR}(?:(?P<month>[0-9]{{2}})|-(?P<hyphened>[0-9]{{2}})|\.(?P<dotted>[0-9]{{1,2}}))(?![0-9]|[.-][0-9])",
        # A small r2.4 is a revision.
        rf"{_ERA.replace('Rr', 'R').replace('Hh', 'H')}\.(?P<month>[0-9]{{1,2}})(?![0-9]|\.[0-9])",
    )
)
# 2026年9月・10月, 10月20日~21日: what follows of the same year, or of the same month. 2日目 and
# 3日間 are no days.
_MORE = re.compile(
    r"分?\s?(?:[・、,&~〜–—‐−ー_/-]|から|及び|と|(?=[0-9]{1,2}\s?月))\s?"
    r"(?:(?P<month>[0-9]{1,2})\s?月(?:\s?(?P<day>[0-9]{1,2})\s?日)?"
    r"|(?P<day_alone>[0-9]{1,2})\s?日(?!目|間))"
)
_FIRST_YEARS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}


@dataclass(frozen=True)
class StatedDay:
    """A day that a name states, or the first day of a month."""

    day: date
    is_month: bool = False


def stated_days(name: str) -> tuple[StatedDay, ...]:
    """Return every day and month since 2000 that a name can be read to state, in order; one that
    no calendar has is none.
    """
    rest = normalise(name)
    found: list[tuple[int, StatedDay]] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(rest):
            if (stated := _stated(match)) is not None:
                found.append((match.start(), stated))
                end = match.end()
                while pattern is _PATTERNS[0] and (more := _MORE.match(rest, end)):
                    stated = _stated_after(stated, more) or stated
                    found.append((end, stated))
                    end = more.end()
                rest = rest[: match.start()] + "\ufffc" * (end - match.start()) + rest[end:]
    return tuple(stated for _, stated in sorted(found, key=lambda each: each[0]))


def days_meant(stated: Iterable[StatedDay], last: date) -> list[date]:
    """Return the different days up to `last` of the most specific kind: days, else months by
    their first day. One is an answer.
    """
    plausible = [each for each in stated if each.day <= last]
    return sorted(
        {each.day for each in plausible if not each.is_month} or {each.day for each in plausible}
    )


def months_meant(stated: Iterable[StatedDay], last: date) -> list[date]:
    """Return the different months that begin up to `last`, of days and of months alike: April's
    list of 25 March is of no single one.
    """
    return sorted({month for each in stated if (month := each.day.replace(day=1)) <= last})


def _stated(match: re.Match[str]) -> StatedDay | None:
    parts = match.groupdict()
    month = next(int(parts[name]) for name in ("month", "hyphened", "dotted") if parts.get(name))
    try:
        day = date(_year(parts), month, int(parts.get("day") or 1))
    except ValueError:
        return None
    return StatedDay(day, is_month=not parts.get("day")) if day >= EARLIEST else None


def _stated_after(before: StatedDay, more: re.Match[str]) -> StatedDay | None:
    month = int(more["month"] or before.day.month)
    day = more["day"] or more["day_alone"]
    try:
        return StatedDay(before.day.replace(month=month, day=int(day or 1)), is_month=day is None)
    except ValueError:
        return None


def _year(parts: dict[str, str | None]) -> int:
    if not parts.get("era"):
        return int(parts["year"] or 0)
    number = 1 if parts["era_year"] == "元" else int(parts["era_year"] or 0)
    return _FIRST_YEARS[str(parts["era"]).upper()] + number if number else 0
