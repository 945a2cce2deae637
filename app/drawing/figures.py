"""How the figures of one indicator are written: its unit, its decimals, what it counts.

Every figure of an indicator on a page is written here, so that it has the same decimals
everywhere, and never looks like a target beside it that it has not reached, or has not kept.
"""

from collections.abc import Iterable

from app.drawing.rows import Row
from app.drawing.words import Figure, Noun, Words
from rounding import Number, decimals_apart, in_full, own_decimals

Beside = Iterable[Number | None]


class Figures:
    """The figures of one indicator in one language."""

    def __init__(self, indicator: Row, words: Words) -> None:
        self._words = words
        self._decimals: int = indicator["display_decimals"]
        self._more_in_detail = 1 if indicator["kind"] == "ratio" else 0
        unit, counted = words.of(indicator, "unit"), words.of(indicator, "counted")
        one = indicator["counted_one_en"] if words.language == "en" else counted
        self.is_percent = unit.startswith("%")
        self.is_milestone = indicator["kind"] == "milestone"
        self._unit = Noun(unit, one if unit == counted else unit)
        is_share = self.is_milestone or indicator["kind"] == "ratio"
        self._counted = Noun(counted, one) if is_share else self._unit

    def value(self, value: Number, *, beside: Beside = ()) -> Figure:
        """Write an actual with the decimals that the indicator is shown with."""
        return self._words.figure(value, self._decimals, self._unit, beside=beside)

    def in_detail(self, value: Number, *, beside: Beside = ()) -> str:
        """Write an actual among what it is computed from: a ratio with one more decimal."""
        decimals = self._decimals + self._more_in_detail
        return str(self._words.figure(value, decimals, self._unit, beside=beside))

    def in_brief(self, value: Number, *, beside: Beside = ()) -> str:
        """Write an actual where its unit stands beside it; a percentage keeps its sign."""
        unit = "%" if self.is_percent else ""
        return str(self._words.figure(value, self._decimals, unit, beside=beside))

    def on_axis(self, value: Number) -> str:
        """Write a value of an axis: as many decimals as it has, and no unit but a percentage's."""
        return in_full(value, minus=self._words.minus) + ("%" if self.is_percent else "")

    def stated(self, value: Number, qualifier: str | None = None) -> Figure:
        """Write a figure that a document states: with all the decimals that it has."""
        decimals = max(self._decimals, own_decimals(value))
        return self._words.figure(value, decimals, self._unit, qualifier)

    def of(self, row: Row, prefix: str, *, beside: Beside = ()) -> Figure | None:
        """Return a row's `<prefix>_value`, or its published wording without a number, or None."""
        value, text = row[f"{prefix}_value"], row[f"{prefix}_text"]
        if value is None:
            return Figure("", "", self._words.wording(text)) if text else None
        if text:
            return self.stated(value, row[f"{prefix}_qualifier"])
        return self.value(value, beside=beside)

    def target(self, row: Row, prefix: str = "target") -> str:
        """Write a target: in Japanese as the document does, in English from its number."""
        value, text = row[f"{prefix}_value"], row[f"{prefix}_text"]
        if self._words.language == "ja" or value is None:
            return self._words.wording(text)
        figure = str(self.stated(value, row[f"{prefix}_qualifier"]))
        return self._words("a_year", figure=figure) if text and text.endswith("/年") else figure

    def change(self, *values: Number | None) -> list[str | None]:
        """Write what a value was and what it became, so that the two are told apart."""
        known = [value for value in values if value is not None]
        decimals = decimals_apart(known, self._decimals + self._more_in_detail)
        return [
            None if value is None else str(self._words.figure(value, decimals, self._unit))
            for value in values
        ]

    def difference(self, value: Number) -> str:
        """Write a difference of two values: of percentages in points."""
        decimals = self._decimals + self._more_in_detail
        return str(self._words.figure(value, decimals, self._unit_of_differences(), beside=(0,)))

    def signed(self, value: Number) -> str:
        """Write a difference with its sign, also where it is more: +2名."""
        if value == 0:
            return "±" + self.stated_difference(0)
        return (
            "+" + self.difference(value)
            if value > 0
            else self._words.minus + self.difference(-value)
        )

    def stated_difference(self, value: Number) -> str:
        """Write a difference that a document states, such as a tolerance."""
        decimals = max(self._decimals, own_decimals(value))
        return str(self._words.figure(value, decimals, self._unit_of_differences()))

    def counted(self, count: Number) -> Figure:
        """Write a number of what is counted: departments, of a share of departments."""
        decimals = max(self._count_decimals(), own_decimals(count))
        return self._words.figure(count, decimals, self._counted)

    def counted_a_month(self, count: Number) -> Figure:
        """Write how many a month: with one more decimal than what is counted."""
        return self._words.figure(count, self._count_decimals() + 1, self._counted, beside=(0,))

    def plain_count(self, count: Number) -> str:
        """Write a number of what is counted, without its noun."""
        return in_full(count, self._count_decimals(), minus=self._words.minus)

    def parts(self, row: Row) -> str:
        """Write the numerator and the denominator of a share."""
        return f"{self.plain_count(row['numerator'])} / {self.plain_count(row['denominator'])}"

    def _count_decimals(self) -> int:
        return self._decimals if self._counted is self._unit else 0

    def _unit_of_differences(self) -> Noun:
        return self._words.points if self.is_percent else self._unit
