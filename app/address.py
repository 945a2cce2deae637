"""The address of a page, which is all the state that there is: what it asks for, and links that ask
for something else. What it names and is not there is told, and never replaced.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from app.drawing.words import LANGUAGES, Language

PAGES = ("overview", "indicator", "usage", "health", "report", "definitions")
# What an address may choose besides page and indicator; the first of each needs no word.
CHOICES: dict[str, tuple[str, ...]] = {
    "lang": LANGUAGES,
    "scheme": ("auto", "light", "dark"),
    "months": ("recent", "all"),
    "units": ("as_it_was", "as_it_is_now"),
    "group": ("all", "needs_attention", "on_course", "undetermined", "achieved", "ended"),
}

_SHOWN_CHARACTERS = 60
# A fiscal year by the year in which it begins, as the marts number it.
_YEAR = re.compile(r"[0-9]{4}")
# A management issue by its number.
_ISSUE = re.compile(r"[0-9]{1,4}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A browser's cleaning takes `lang` for a property of the form that it stands in, and removes it.
_IN_A_FORM = {"lang": "language"}


@dataclass(frozen=True)
class Address:
    """What an address asks for: `on` is the day looked at, `year` the fiscal year, both None where
    it leaves them to the version. `unknown` is what it names and nothing offers: (name, value).
    """

    page: str = PAGES[0]
    indicator: str | None = None
    lang: Language = LANGUAGES[0]
    scheme: str = "auto"
    months: str = "recent"
    units: str = "as_it_was"
    group: str = "all"
    issue: int | None = None
    year: int | None = None
    on: date | None = None
    unknown: tuple[tuple[str, str], ...] = ()

    def to(self, **changes: Any) -> str:
        """Return the link that asks for the same but for what changes."""
        other = replace(self, unknown=(), **changes)
        asked = other._asked()
        return f"{other.path}?{urlencode(asked)}" if asked else other.path

    @property
    def path(self) -> str:
        """Return the path of its page, as its links begin."""
        return "." if self.page == PAGES[0] else self.page

    def without(self, name: str) -> list[tuple[str, str]]:
        """Return all that it asks for but for one thing, for a form that asks for that."""
        asked = {
            _IN_A_FORM.get(each, each): value
            for each, value in self._asked().items()
            if each != name
        }
        return list(asked.items())

    def file(self, panel: str, form: str, version: str, **more: str) -> str:
        """Return the link to what a panel of this page shows, of the version that it is drawn from."""
        return f"download/{self.page}/{panel}.{form}?{urlencode({**self._asked(), **more, 'of': version})}"

    def _asked(self) -> dict[str, str]:
        asked = {"indicator": self.indicator} if self.indicator is not None else {}
        asked |= {
            name: getattr(self, name)
            for name, known in CHOICES.items()
            if getattr(self, name) != known[0]
        }
        more = {"issue": self.issue, "year": self.year, "on": self.on}
        return asked | {name: str(value) for name, value in more.items() if value is not None}


class NoAddress(Address):
    """The address of a page that is a file: no other page can be reached from there."""

    def to(self, **changes: Any) -> str:
        """Return no link."""
        return ""


def read_address(path: str, query: Mapping[str, Sequence[str]]) -> Address:
    """Return what an address asks for, by the path below the app's own and by its parameters."""
    page = path or PAGES[0]
    unknown = [] if page in PAGES else [("page", page)]
    found: dict[str, Any] = {"page": page if page in PAGES else PAGES[0]}
    for name, known in CHOICES.items():
        value = _value(query, name, _IN_A_FORM.get(name, name))
        if value in known:
            found[name] = value
        elif value is not None:
            unknown.append((name, value))
    for name, numbers in (("year", _YEAR), ("issue", _ISSUE)):
        value = _value(query, name)
        if value is not None and numbers.fullmatch(value):
            found[name] = int(value)
        elif value is not None:
            unknown.append((name, value))
    on = _value(query, "on")
    if (day := _day(on)) is not None:
        found["on"] = day
    elif on is not None:
        unknown.append(("day", on))
    return Address(indicator=_value(query, "indicator"), unknown=tuple(unknown), **found)


def path_below(url: str | None, base_path: str) -> str:
    """Return the part of an address that names the page, without the path that the app is under."""
    path = unquote(urlsplit(url or "").path).strip("/")
    return path.removeprefix(base_path.strip("/")).strip("/")


def in_one_line(text: str) -> str:
    """Return what an address names, fit to be shown: in one line, and not at any length."""
    line = "".join(each if each.isprintable() else " " for each in text).strip()
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"


def _day(text: str | None) -> date | None:
    """Return the day that a text names, or None of one that is in no calendar."""
    try:
        return date.fromisoformat(text) if text and _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _value(query: Mapping[str, Sequence[str]], *names: str) -> str | None:
    """Return the value of a parameter, or None without it; several values are no known one."""
    values = list(
        dict.fromkeys(value for name in dict.fromkeys(names) for value in query.get(name, ()))
    )
    return ", ".join(values) if values else None
