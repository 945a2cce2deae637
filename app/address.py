"""The address of a page, which is all the state that there is: what it asks for, and links that ask
for something else. What it names and is not there is told, and never replaced.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class Address:
    """What an address asks for. `unknown` is what it names and nothing offers: (name, value)."""

    page: str = PAGES[0]
    indicator: str | None = None
    lang: Language = LANGUAGES[0]
    scheme: str = "auto"
    months: str = "recent"
    units: str = "as_it_was"
    group: str = "all"
    issue: int | None = None
    year: int | None = None
    unknown: tuple[tuple[str, str], ...] = ()

    def to(self, **changes: Any) -> str:
        """Return the link that asks for the same but for what changes."""
        other = replace(self, unknown=(), **changes)
        asked = other._asked()
        path = "." if other.page == PAGES[0] else other.page
        return f"{path}?{urlencode(asked)}" if asked else path

    def file(self, panel: str, form: str, version: str, **more: str) -> str:
        """Return the link to what a panel of this page shows, of the version that it is drawn from."""
        return f"download/{self.page}/{panel}.{form}?{urlencode({**self._asked(), **more, 'of': version})}"

    def _asked(self) -> dict[str, str]:
        asked = {"indicator": self.indicator} if self.indicator is not None else {}
        asked |= {name: getattr(self, name) for name, known in CHOICES.items() if getattr(self, name) != known[0]}
        numbers = {"issue": self.issue, "year": self.year}
        return asked | {name: str(number) for name, number in numbers.items() if number is not None}


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
        value = _value(query, name)
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
    return Address(indicator=_value(query, "indicator"), unknown=tuple(unknown), **found)


def path_below(url: str | None, base_path: str) -> str:
    """Return the part of an address that names the page, without the path that the app is under."""
    path = unquote(urlsplit(url or "").path).strip("/")
    return path.removeprefix(base_path.strip("/")).strip("/")


def in_one_line(text: str) -> str:
    """Return what an address names, fit to be shown: in one line, and not at any length."""
    line = "".join(each if each.isprintable() else " " for each in text).strip()
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"


def _value(query: Mapping[str, Sequence[str]], name: str) -> str | None:
    """Return the value of a parameter, or None without it; several values are no known one."""
    values = list(dict.fromkeys(query.get(name, ())))
    return ", ".join(values) if values else None
