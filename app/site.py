"""A whole page as HTML, from what is published and what an address asks for.

It puts rows and templates together and decides nothing: figures come from the marts, sentences from
`texts/`. It knows nothing of the web server either.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from markupsafe import Markup

from app import nights
from app.address import PAGES, Address, NoAddress, in_one_line
from app.drawing import charts
from app.drawing.figures import Figures
from app.drawing.rows import Row
from app.drawing.templates import draw, words_of
from app.drawing.words import Language, Words
from app.pages import FRAME, LAYOUTS, ONE_PAGE, Layout
from app.warehouse import Published, State, WarehouseOutdatedError, WarehouseUnreadableError, read

_LOG = logging.getLogger(__name__)

_STYLE = Path(__file__).resolve().parent / "style.css"

# A night every day, and half a day more before its absence is told.
_UPDATED_WITHIN = timedelta(hours=36)


@dataclass(frozen=True)
class Drawn:
    """A page as a reader gets it."""

    title: str
    html: str


def draw_site(state: State, address: Address, now: datetime, one_page: str | None = None) -> Drawn:
    """Return the page that an address asks for, or why there is none; `one_page` is where its copy is served."""
    if state.unreadable:
        _LOG.error("the published version cannot be read: %s", state.unreadable)
        return _without_figures("unreadable", address, state)
    if state.published is None:
        return _without_figures("nothing", address, state)
    try:
        return _drawn(state.published, state, address, now, one_page)
    except WarehouseUnreadableError as error:
        _LOG.error("the published version cannot be read: %s", error)
        return _without_figures("outdated" if isinstance(error, WarehouseOutdatedError) else "unreadable", address, state)


def draw_misconfigured(address: Address) -> Drawn:
    """Return the page of an app whose settings are wrong."""
    return _without_figures("misconfigured", address, State(None, False, None, None))


def draw_one_page(published: Published, language: Language, *, is_demo: bool) -> str:
    """Return the overview of a version as a whole file; raises WarehouseUnreadableError.

    It belongs to its version: nothing of the last night, or of the day on which it is read, is in it.
    """
    words, address = words_of(language), NoAddress(lang=language)
    frame = read(published, FRAME)
    told = {
        "published": published,
        "indicators": frame["indicators"],
        "indicator": _indicator(frame["indicators"], ONE_PAGE, address),
        "trust": frame["trust"][0],
        "late_from": None,
        "is_late": False,
    }
    body = _panels(published, ONE_PAGE, address, State(published, is_demo, None, None), told)
    more = {"address": address, "is_demo": is_demo, "style": Markup(_STYLE.read_text(encoding="utf-8"))}
    return str(draw("one_page.html", language, body=body, title=_title(address, None, words), **more, **told))


def _without_figures(why: str, address: Address, state: State) -> Drawn:
    words = words_of(address.lang)
    body = draw("message.html", address.lang, why=why)
    told = {"published": None, "trust": None, "late_from": None, "is_late": False, "one_page": None}
    return _framed(body, words("title"), address, state, told)


def _drawn(published: Published, state: State, address: Address, now: datetime, one_page: str | None) -> Drawn:
    layout, words = LAYOUTS[address.page], words_of(address.lang)
    frame = read(published, FRAME)
    indicators = frame["indicators"]
    indicator = _indicator(indicators, layout, address)
    late_from = published.published_at + _UPDATED_WITHIN if published.published_at else None
    told = {
        "published": published,
        "indicators": indicators,
        "indicator": indicator,
        "one_page": one_page,
        "trust": frame["trust"][0],
        "late_from": late_from,
        "is_late": late_from is not None and now > late_from,
    }
    if layout.is_of_one_indicator and indicator is None:
        asked = in_one_line(address.indicator or "")
        body = draw("unknown_indicator.html", address.lang, address=address, asked=asked, **told)
    else:
        body = _panels(published, layout, address, state, told)
    return _framed(body, _title(address, indicator, words), address, state, told)


def _indicator(indicators: list[Row], layout: Layout, address: Address) -> Row | None:
    """Return the indicator that a page is about: its own, the one that the address names, or the first."""
    code = layout.indicator
    if layout.is_of_one_indicator:
        code = address.indicator
        if code is None:
            return indicators[0] if indicators else None
    return next((each for each in indicators if each["indicator_code"] == code), None)


def _panels(published: Published, layout: Layout, address: Address, state: State, told: dict[str, Any]) -> Markup:
    indicator = told["indicator"]
    code = indicator["indicator_code"] if indicator else layout.indicator
    found = read(published, layout.queries, indicator_code=code, as_of=published.as_of)
    more = {
        "address": address,
        "state": state,
        "is_demo": state.is_demo,
        "charts": charts,
        "nights": nights,
        "figures": Figures(indicator, words_of(address.lang)) if indicator else None,
    }
    drawn = (
        draw(f"{panel.name}.html", address.lang, **told, **more, **{query: found[query] for query in panel.queries})
        for panel in layout.panels
    )
    return Markup().join(drawn)


def _framed(body: Markup, title: str, address: Address, state: State, told: dict[str, Any]) -> Drawn:
    unknown = [(name, in_one_line(value)) for name, value in address.unknown]
    more = {"address": address, "state": state, "is_demo": state.is_demo, "nights": nights, "pages": PAGES}
    html = draw("frame.html", address.lang, body=body, title=title, unknown=unknown, **told, **more)
    return Drawn(title, html)


def _title(address: Address, indicator: Row | None, words: Words) -> str:
    page = words(f"page.{address.page}")
    if address.page == "indicator" and indicator:
        page = words.of(indicator, "name")
    return words("page_title", page=page)
