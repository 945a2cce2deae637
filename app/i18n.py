"""How texts, figures and dates are written in either language; the texts themselves stand in `texts.py`.

Names of indicators, years and units come from the marts; nothing here decides what a figure is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Literal, get_args

from app.texts import TEXTS
from rounding import Number, exact, written

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
LANGUAGE_NAMES: dict[Language, str] = {"ja": "日本語", "en": "English"}

JST = timezone(timedelta(hours=9), "JST")
NONE = "—"

# The published wordings without a number, for readers of English; an unknown one is shown as it stands.
_WORDINGS_EN = {
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


@dataclass(frozen=True)
class Figure:
    """A figure as it is written: the number stands out, what surrounds it does not."""

    before: str
    number: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}{self.number}{self.after}"


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
        self._place = LANGUAGES.index(language)
        # Japanese public documents write a negative figure with a triangle.
        self.minus = ("▲", "−")[self._place]
        self.points = Noun(self("points"), self("point"))

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its places filled."""
        filled = {name: _Count(each) if isinstance(each, int) else each for name, each in values.items()}
        return TEXTS[key][self._place].format(**filled)

    def of(self, row: dict[str, Any], column: str) -> str:
        """Return the column of a mart that exists in both languages: `name` is `name_ja` or `name_en`."""
        return row[f"{column}_{self.language}"] or ""

    def outcome(self, outcome: str) -> str:
        """Return why a run was not published."""
        return self(f"outcome_{outcome}" if f"outcome_{outcome}" in TEXTS else "outcome_failed")

    def figure(
        self,
        value: Number,
        decimals: int,
        unit: Noun | str,
        qualifier: str | None = None,
        *,
        beside: Iterable[Number | None] = (),
    ) -> Figure:
        """Write a number with its unit and qualifier, rounded so that it looks like nothing in `beside` that it is not."""
        before, after = _QUALIFIERS.get(qualifier or "", (("", ""), ("", "")))[self._place]
        number = written(value, decimals, beside, minus=self.minus)
        noun = unit.of(number) if isinstance(unit, Noun) else unit
        gap = " " if self.language == "en" and noun and not noun.startswith("%") else ""
        return Figure(before, number, f"{gap}{noun}{after}")

    def percentage(self, ratio: Number, *, beside: Iterable[Number | None] = (0, 1)) -> str:
        """Write a ratio as a percentage: 0 % and 100 % are written of nothing else."""
        others = [100 * exact(each) for each in beside if each is not None]
        return str(self.figure(100 * exact(ratio), 0, "%", beside=others))

    def wording(self, published: str) -> str:
        """Return a published wording that holds no number."""
        return published if self.language == "ja" else _WORDINGS_EN.get(published, published)

    def provisional(self, row: dict[str, Any]) -> str:
        """Say that a figure is provisional and until when it was measured; nothing for a final one."""
        if not row["is_provisional"]:
            return ""
        return self("provisional_to", day=self.day_in_brief(row["measured_to"])) if row["measured_to"] else self("provisional")

    def day(self, day: date) -> str:
        """Write a day."""
        return f"{day.year}年{day.month}月{day.day}日" if self.language == "ja" else f"{day.day} {day:%B %Y}"

    def day_in_brief(self, day: date) -> str:
        """Write the last day measured: the end of a month as such."""
        if (day + timedelta(days=1)).day != 1:
            return self.day(day)
        return f"{day.year}年{day.month}月末" if self.language == "ja" else f"end of {day:%B %Y}"

    def month(self, day: date) -> str:
        """Write the month of a day."""
        return f"{day.year}年{day.month}月" if self.language == "ja" else f"{day:%b %Y}"

    def moment(self, instant: datetime) -> str:
        """Write an instant in Japan's time."""
        there = instant.astimezone(JST)
        return f"{self.day(there.date())} {there:%H:%M}" if self.language == "ja" else f"{self.day(there.date())}, {there:%H:%M} JST"
