"""Whether the app's pages of a day that has passed say what `show --as-of` prints of it."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

from app import site, warehouse
from app.address import read_address
from app.drawing.figures import Figures
from app.drawing.templates import words_of
from app.drawing.words import LANGUAGES, Language, Words
from app.warehouse import State
from flows.reading.show import report
from rounding import written
from settings import Settings

_NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)


def differences(settings: Settings, days: list[date]) -> list[str]:
    """Return what pages say otherwise than `show`, of each day, indicator and year, in both
    languages.
    """
    state = warehouse.read_state(settings)
    assert state.published
    facts = warehouse.read(state.published, ("indicators",), on=state.published.as_of)["indicators"]
    indicators = {each["indicator_code"]: each for each in facts}
    found: list[str] = []
    for day in days:
        shown = json.loads(report(settings, official=False, as_of=day, form="json"))
        assert shown, f"show prints nothing of {day}"
        for language in LANGUAGES:
            found += [
                f"{day} {language} {each}"
                for each in _of_day(state, day, language, shown, indicators)
            ]
    return found


def _of_day(
    state: State,
    day: date,
    language: Language,
    shown: list[dict[str, Any]],
    indicators: dict[str, dict[str, Any]],
) -> Iterator[str]:
    words = words_of(language)
    overview = _page(state, "", day, language)
    for code in dict.fromkeys(row["indicator_code"] for row in shown):
        rows = [row for row in shown if row["indicator_code"] == code]
        page = _page(state, "indicator", day, language, indicator=code)
        cells = dict(_judgements(page, words))
        told = [row for row in rows if row["actual_origin"] or row["target_text"]]
        if set(cells) != {_year(row, words) for row in told}:
            yield f"{code}: years {sorted(cells)}"
        for row in told:
            for name, expected, cell in zip(
                ("actual", "target", "status", "rating"),
                _expected(row, indicators[code], words),
                cells.get(_year(row, words), [""] * 4),
                strict=False,
            ):
                if expected not in cell or (not expected and cell != "—"):
                    yield (
                        f"{code} FY{row['fiscal_year']}: {name} is {cell!r}, and {expected!r} by"
                        " show"
                    )
        yield from _departments(page, code, rows, indicators[code], words)
        # Tiles of today are not of one year alone.
        if state.published and day != state.published.as_of:
            yield from _tile(overview, code, rows, indicators[code], words)


def _departments(
    page: str, code: str, rows: list[dict[str, Any]], indicator: dict[str, Any], words: Words
) -> Iterator[str]:
    """Hold the city's figure above those of its departments against that of the year it names."""
    found = re.search(r'<section class="panel units">\s*<h2>(.*?)</h2>.*?</dl>', page, re.DOTALL)
    if found is None:
        return
    row = next((each for each in rows if _year(each, words) in found[1]), None)
    figure = _plain(found[0].split('<dl class="sums">')[1].split("</div>")[0])
    more = 1 if indicator["kind"] == "ratio" else 0
    expected = (
        written(row["actual_value"], indicator["display_decimals"] + more, [row["target_value"]])
        if row and row["actual_value"] is not None
        else words("no_actual")
    )
    if expected not in figure:
        yield f"{code}: of its departments {figure!r}, and {expected!r} is right"


def _tile(
    overview: str, code: str, rows: list[dict[str, Any]], indicator: dict[str, Any], words: Words
) -> Iterator[str]:
    """Hold a tile's figure against that of the year which it names."""
    tile = re.search(
        rf'<article class="tile[^"]*" data-indicator="{code}".*?</article>', overview, re.DOTALL
    )
    if tile is None:
        yield f"{code}: no tile"
        return
    if indicator["kind"] == "milestone":
        return
    named = re.search(r'<p class="facts-of">(.*?)</p>', tile[0], re.DOTALL)
    figure = _plain(re.search(r'<p class="actual.*?</p>', tile[0], re.DOTALL)[0])  # type: ignore[index]
    row = next((each for each in rows if named and _year(each, words) in named[1]), None)
    expected = _expected(row, indicator, words)[0] if row else words("no_actual")
    if expected not in figure:
        yield f"{code}: the tile says {figure!r}, and {expected!r} is right"


def _expected(
    row: dict[str, Any], indicator: dict[str, Any], words: Words
) -> tuple[str, str, str, str]:
    """Return what has to stand of a year: actual, target, status, rating, as far as it is known."""
    actual = ""
    if indicator["kind"] == "milestone" and row["official_text"]:
        actual = words.wording(row["official_text"])
    elif indicator["kind"] == "milestone" and row["numerator"] is not None:
        actual = words(
            "report.stages",
            part=f"{row['numerator']:,.0f}",
            whole=str(Figures(indicator, words).counted(row["denominator"])),
        )
    elif row["actual_value"] is not None and row["actual_text"] is None:
        last = row["final_target_value"] if row["final_target_status"] else None
        actual = written(
            row["actual_value"], indicator["display_decimals"], [row["target_value"], last]
        )
    elif row["actual_text"] is not None:
        number = f"{row['actual_value']:,.0f}" if row["actual_value"] is not None else None
        actual = number or words.wording(row["actual_text"])
    target = ""
    if row["target_text"]:
        is_number = row["target_value"] is not None
        target = (
            f"{row['target_value']:,.0f}"
            if words.language == "en" and is_number
            else words.wording(row["target_text"])
        )
    status = row["status"] or row["final_target_status"]
    return actual, target, words(f"status.{status}") if status else "", row["official_rating"] or ""


def _page(state: State, page: str, day: date, language: Language, **query: str) -> str:
    asked = {
        name: [value] for name, value in {**query, "on": day.isoformat(), "lang": language}.items()
    }
    return str(site.draw_site(state, read_address(page, asked), _NOW).html)


def _judgements(page: str, words: Words) -> Iterator[tuple[str, list[str]]]:
    """Give each year of the table of judgements with its cells."""
    table = page[page.index(f"<h2>{words('judgement.title')}") :].split("</section>")[0]
    for row in table.split("<tr")[2:]:
        cells = re.findall(
            r"<t[hd][^>]*>(.*?)</t[hd]>",
            re.sub(r'<span class="head".*?</span>', "", row, flags=re.DOTALL),
            re.DOTALL,
        )
        year, *rest = (_plain(each) for each in cells)
        yield year, rest


def _year(row: dict[str, Any], words: Words) -> str:
    year = row["fiscal_year"]
    era = {2018: "平成30年度"}.get(year, f"令和{year - 2018}年度" if year != 2019 else "令和元年度")
    return era if words.language == "ja" else f"FY{year}"


def _plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())
