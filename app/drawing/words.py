"""How texts, figures and dates are written in either language; the texts stand in `texts/*.toml`.

Names of indicators, years and units come from the marts; nothing here decides what a figure is.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from markupsafe import Markup

from rounding import Number, exact, written

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
LANGUAGE_NAMES: dict[Language, str] = {"ja": "日本語", "en": "English"}

JST = timezone(timedelta(hours=9), "JST")
NONE = "—"

# The era began in 2019, its year 1.
_REIWA = 2018

_TEXTS = Path(__file__).resolve().parents[1] / "texts"

# What stands in one language only, for readers of English; an unknown wording is shown as it is.
_WORDINGS_EN = {
    "デジタル統括室": "Digital Bureau",
    "策定": "Drawn up",
    "策定済": "Drawn up",
    "令和5年10月から運用開始": "In operation since October 2023",
    "運用開始までの全行程の50%以上を達成": "At least 50% of the stages up to operation",
}

# Before and after the number and its unit.
_QUALIFIERS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "about": (("約", ""), ("about ", "")),
    "around": (("", "程度"), ("around ", "")),
    "at_least": (("", "以上"), ("at least ", "")),
    "at_most": (("", "以下"), ("at most ", "")),
    "cumulative": (("合計", ""), ("", " in total")),
}


@cache
def texts(language: Language) -> dict[str, str]:
    """Return every text of a language by its name: `status.met` is `met` in the table `status`."""
    found = tomllib.loads((_TEXTS / f"{language}.toml").read_text(encoding="utf-8"))
    return dict(_named(found))


def _named(found: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, each in found.items():
        if isinstance(each, dict):
            yield from _named(each, f"{before}{key}.")
        else:
            yield before + key, each


@dataclass(frozen=True)
class Figure:
    """A figure as it is written: the number stands out, what surrounds it does not."""

    before: str
    number: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}{self.number}{self.after}"

    def __html__(self) -> Markup:
        if not self.number:
            return Markup("<b>{}</b>").format(self.after)
        before, after = (
            Markup("<small>{}</small>").format(each) if each else Markup("")
            for each in (self.before, self.after)
        )
        return Markup("{}<b>{}</b>{}").format(before, self.number, after)


@dataclass(frozen=True)
class Noun:
    """A unit, or what is counted, of several and of one; Japanese has one form for both."""

    many: str
    one: str

    def of(self, number: str) -> str:
        """Return the form that goes with a number as it is written: 1 department, 1.0 departments."""
        return self.one if number == "1" else self.many


class _Count(int):
    """A number of a text, written with the noun that its place names: `{count:row|rows}`."""

    def __format__(self, form: str) -> str:
        one, divider, many = form.partition("|")
        return f"{self:,} {one if self == 1 else many}" if divider else super().__format__(form)


class Words:
    """The texts of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = texts(language)
        self._place = LANGUAGES.index(language)
        # Japanese public documents write a negative figure with a triangle.
        self.minus = ("▲", "−")[self._place]
        self.points = Noun(self("points"), self("point"))

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its places filled."""
        return self._texts[key].format(**_countable(values))

    def html(self, key: str, **values: object) -> Markup:
        """Return a text in which the numbers of its figures stand out; all else is escaped."""
        return Markup(Markup.escape(self._texts[key])).format(**_countable(values))

    def has(self, key: str) -> bool:
        """Say whether there is a text of that name: a code of another release may have none."""
        return key in self._texts

    def of(self, row: dict[str, Any], column: str) -> str:
        """Return the column of a mart that exists in both languages: `name` is `name_ja` or
        `name_en`.
        """
        return row[f"{column}_{self.language}"] or ""

    def figure(
        self,
        value: Number,
        decimals: int,
        unit: Noun | str,
        qualifier: str | None = None,
        *,
        beside: Iterable[Number | None] = (),
    ) -> Figure:
        """Write a number with its unit and qualifier, rounded so that it looks like nothing in
        `beside` that it is not.
        """
        before, after = _QUALIFIERS.get(qualifier or "", (("", ""), ("", "")))[self._place]
        number = written(value, decimals, beside, minus=self.minus)
        noun = unit.of(number) if isinstance(unit, Noun) else unit
        gap = " " if self.language == "en" and noun and not noun.startswith(("%", "/")) else ""
        return Figure(before, number, f"{gap}{noun}{after}")

    def percentage(self, ratio: Number, *, beside: Iterable[Number | None] = (0, 1)) -> str:
        """Write a ratio as a percentage: 0 % and 100 % are written of nothing else."""
        others = [100 * exact(each) for each in beside if each is not None]
        return str(self.figure(100 * exact(ratio), 0, "%", beside=others))

    def ratio(self, ratio: Number, *, beside: Iterable[Number | None] = ()) -> str:
        """Write a ratio as it is, with two decimals."""
        return str(self.figure(ratio, 2, "", beside=beside))

    def wording(self, published: str) -> str:
        """Return a wording that holds no number, as a page or a seed has it."""
        return published if self.language == "ja" else _WORDINGS_EN.get(published, published)

    def provisional(self, row: dict[str, Any]) -> str:
        """Say that a figure is provisional and until when it was measured; nothing for a final one,
        and nothing for a plan that is done.
        """
        if not row["is_provisional"] or row.get("year_result") == "done":
            return ""
        if not row["measured_to"]:
            return self("provisional")
        return self("provisional_to", day=self.day_in_brief(row["measured_to"]))

    def listed(self, entries: Iterable[str]) -> str:
        """Return entries as a sentence lists them."""
        return ("、", ", ")[self._place].join(entries)

    def day(self, day: date) -> str:
        """Write a day."""
        if self.language == "ja":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {day:%B %Y}"

    def day_in_brief(self, day: date) -> str:
        """Write the last day measured: the end of a month as such."""
        if (day + timedelta(days=1)).day != 1:
            return self.day(day)
        if self.language == "ja":
            return f"{day.year}年{day.month}月末"
        return f"end of {day:%B %Y}"

    def measured(self, key: str, day: date | None) -> str:
        """Say up to which day a figure goes; one that is published alone does not tell."""
        return self(key, day=self.day_in_brief(day)) if day else self("tile.as_published")

    def month(self, day: date) -> str:
        """Write the month of a day."""
        return f"{day.year}年{day.month}月" if self.language == "ja" else f"{day:%b %Y}"

    def year_in_brief(self, fiscal_year: int) -> str:
        """Write a fiscal year where there is little room: R8 of 令和8年度."""
        if self.language == "ja" and fiscal_year >= _REIWA + 1:
            return f"R{fiscal_year - _REIWA}"
        return f"FY{fiscal_year}"

    def moment(self, instant: datetime) -> str:
        """Write an instant in Japan's time."""
        there = instant.astimezone(JST)
        day = self.day(there.date())
        return f"{day} {there:%H:%M}" if self.language == "ja" else f"{day}, {there:%H:%M} JST"


def _countable(values: dict[str, object]) -> dict[str, object]:
    return {
        name: _Count(each) if isinstance(each, int) and not isinstance(each, bool) else each
        for name, each in values.items()
    }
