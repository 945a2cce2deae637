"""Quantities as municipal pages and files write them: a number with its unit, its scale and how
exactly it is meant.

It exists so that no number is taken for more than it says: 約4割 is about 40 %, 前年度比390件増 is
a change and no level, 10~20件 and 過半数 have no single value. What is no level is found as
`Unread`, with the reason, so that whoever asked can hold it back.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from flows.sources.japanese_numbers import (
    ABOUT,
    AROUND,
    AT_LEAST,
    AT_MOST,
    BOUND,
    NUMBER,
    PERCENT_WORD,
    UNIT,
    UNITS,
    WARI,
    amount,
    percent_of_wari,
    with_digits_before_wari,
)
from flows.sources.japanese_text import normalise, without_years_and_dates
from flows.sources.japanese_unread import COVER, Reason, unread_spans

Qualifier = Literal["exact", "about", "around", "at_least", "at_most", "cumulative"]
__all__ = ["UNITS", "Quantity", "Unread", "find_figures", "find_quantities", "parse_quantity"]


@dataclass(frozen=True)
class Quantity:
    """A level: a number with its qualifier and unit.

    `text` is the whole phrase as written, `span` where it stands in the normalised text.
    """

    text: str
    value: Decimal
    qualifier: Qualifier
    unit: str
    span: tuple[int, int] = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Unread:
    """A figure that is no level, or none that can be read as one; `reason` is that of the
    quarantine.
    """

    text: str
    reason: Reason
    span: tuple[int, int] = field(default=(0, 0), compare=False)


_FREE = "[^\\W0-9_A-Za-zをがはにでとのもへ]"
_RATE = r"\s?/\s?(?P<{}>年度|年|月|週|日|時間|回|人|世帯|所属|件)"
_TOTAL = "(?:合計|累計|累積|通算|総計)"
_QUANTITY = re.compile(
    rf"""
    (?P<yearly>(?:年間|毎年度?|各年度?)\s*)?
    (?P<monthly>(?:月平均|月間|毎月|1か?月[当あ]たり|(?<!\w)月)\s*)?
    (?P<daily>(?:1日(?:[当あ]たり|平均|に)?|日平均)\s*)?
    (?:1\s?(?P<each>{UNIT})[当あ]たり\s*)?
    (?P<years>(?<![0-9.])(?!1\D)[1-9][0-9]?\s?(?:[かカヵヶ箇]年|年間?)(?:[ので]|(?={_TOTAL}))\s*)?
    (?P<total>(?:延べ)?{_TOTAL}(?:で|:)?\s*)?
    (?:延べ\s*)?(?P<percentage>百分率(?:で|は|:)?\s*)?
    (?P<floor>(?:最低|最小|少なくとも)(?:で|でも)?\s*)?(?P<ceiling>(?:最大|最高|多くとも)(?:で)?\s*)?
    (?P<about>{ABOUT}\s*)?
    (?<![0-9A-Za-z.,~])(?<![0-9][-–/])(?<!課題)(?P<sign>[▲△]\s?|(?<!\w)[-−–+])?
    (?P<number>{NUMBER})(?!,?[0-9]|\s?(?:{UNIT})?[当あ]たり)(?P<odd>余)?
    (?>\s?(?:(?P<wari>{WARI})|(?P<percent>{PERCENT_WORD})|(?P<unit>{UNIT}))
      |(?!{BOUND})(?P<free>[A-Za-z]{{1,4}}|{_FREE}{{1,4}}?)(?={BOUND}?\W*$)
      |(?![A-Za-z]))
    (?:{_RATE.format("rate")})?+
    (?:(?P<at_least>{AT_LEAST})|(?P<at_most>{AT_MOST})|(?P<around>{AROUND}))?+
    (?:{_RATE.format("late_rate")})?+
    (?P<total_after>\s?\([^()0-9]*(?:{_TOTAL}|[2-9]\s?[かカヵヶ箇]年)[^()0-9]*\))?
    (?!\s*[~/]\s*[0-9{COVER}]|[-–][0-9{COVER}])
    """,
    re.VERBOSE,
)
# 待機児童ゼロ says of what; only a figure that stands alone is one.
_NONE = re.compile(rf"(?<![\wー])(?:ゼロ|皆無)(?:\s?(?P<unit>{UNIT}))?(?=\W*$)")


def _qualifier(match: re.Match[str]) -> Qualifier:
    if match["total"] or match["total_after"] or match["years"]:
        return "cumulative"
    if match["around"] or match["odd"]:
        return "around"
    if match["at_least"] or match["floor"]:
        return "at_least"
    if match["at_most"] or match["ceiling"]:
        return "at_most"
    return "about" if match["about"] else "exact"


def _unit_and_value(match: re.Match[str]) -> tuple[str, Decimal]:
    number, unit = match["number"], match["unit"] or match["free"] or ""
    if match["wari"]:
        return "%", percent_of_wari(number, match["bu"], match["rin"])
    if match["percent"]:
        return "%ポイント" if "ポイント" in match["percent"] else "%", amount(number)
    scaled = re.fullmatch(r"([0-9,.]+)([十百千万億兆]+)", number)
    if scaled and unit == "円":
        number, unit = scaled[1], scaled[2] + unit
    return unit or ("%" if match["percentage"] else ""), amount(number)


def _rate(match: re.Match[str]) -> str | None:
    written = match["rate"] or match["late_rate"] or match["each"]
    if written:
        return written
    named = (("年", match["yearly"]), ("月", match["monthly"]), ("日", match["daily"]))
    return next((rate for rate, is_named in named if is_named), None)


def _quantity(text: str, match: re.Match[str]) -> Quantity:
    unit, value = _unit_and_value(match)
    rate = _rate(match)
    phrase = text[match.start() : match.end()].rstrip()
    return Quantity(
        phrase,
        -value if (match["sign"] or "+").strip() != "+" else value,
        _qualifier(match),
        f"{unit}/{rate}" if rate else unit,
        (match.start(), match.start() + len(phrase)),
    )


def find_figures(text: str) -> list[Quantity | Unread]:
    """Find every figure of a text in order, levels and those that are none."""
    text = normalise(text)
    rest = with_digits_before_wari(without_years_and_dates(text))
    found: list[Quantity | Unread] = []
    for reason, (start, end) in unread_spans(rest):
        phrase = text[start:end].rstrip()
        found.append(Unread(phrase, reason, (start, start + len(phrase))))
        rest = rest[:start] + COVER * (end - start) + rest[end:]
    found += [_quantity(text, match) for match in _QUANTITY.finditer(rest)]
    for match in _NONE.finditer(rest):
        found.append(Quantity(match[0], Decimal(0), "exact", match["unit"] or "", match.span()))
    return sorted(found, key=lambda figure: figure.span)


def find_quantities(text: str) -> list[Quantity]:
    """Find the levels of a text, in order; a change and a range such as 「10~20件」 are none."""
    return [figure for figure in find_figures(text) if isinstance(figure, Quantity)]


def parse_quantity(text: str) -> Quantity | None:
    """Return the first level of a text, or None.

    未満 and 以内 count as at_most, 超 as at_least: the landed text keeps the word. A cumulative
    figure stays cumulative whatever else qualifies it, because taking it for one year's would be
    the greater error; 程度 outweighs 約.
    """
    return next(iter(find_quantities(text)), None)
