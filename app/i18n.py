"""How texts, figures and dates are written in either language; the texts themselves stand in `texts.py`.

Names of indicators, years and units come from the marts; nothing here decides what a figure is.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal, get_args

from app.texts import TEXTS

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


class Words:
    """The texts of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._place = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its places filled."""
        return TEXTS[key][self._place].format(**values)

    def of(self, row: dict[str, Any], column: str) -> str:
        """Return the column of a mart that exists in both languages: `name` is `name_ja` or `name_en`."""
        return row[f"{column}_{self.language}"] or ""

    def outcome(self, outcome: str) -> str:
        """Return why a run was not published."""
        return self(f"outcome_{outcome}" if f"outcome_{outcome}" in TEXTS else "outcome_failed")

    def figure(self, value: float, decimals: int, unit: str, qualifier: str | None) -> Figure:
        """Write a number with its unit and qualifier; half is rounded up, as readers expect."""
        before, after = _QUALIFIERS.get(qualifier or "", (("", ""), ("", "")))[self._place]
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        gap = " " if self.language == "en" and unit and not unit.startswith("%") else ""
        return Figure(before, f"{rounded:,}", f"{gap}{unit}{after}")

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
