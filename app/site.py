"""A whole page as HTML, from what is published and what an address asks for.

It puts rows and templates together and decides nothing: figures come from the marts, sentences from
`texts/`. It knows nothing of the web server either.
"""

import logging
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from app import history, nights
from app.address import PAGES, Address, NoAddress, in_one_line
from app.drawing import charts
from app.drawing.figures import Figures
from app.drawing.rows import Row
from app.drawing.tables import has_rows, title_of
from app.drawing.templates import draw, words_of
from app.drawing.words import JST, Language, Words
from app.pages import (
    FRAME,
    LAYOUTS,
    OF_A_YEAR,
    OF_NOW,
    OF_THE_NIGHTS,
    ONE_PAGE,
    WITHOUT_FILES,
    Layout,
    Panel,
)
from app.warehouse import Published, State, WarehouseOutdatedError, WarehouseUnreadableError, read

_LOG = logging.getLogger(__name__)

_STYLE = Path(__file__).resolve().parent / "style.css"

# Of a version that does not say of which day it is, all that it holds is shown.
_ANY_DAY = date(9999, 12, 30)


@dataclass(frozen=True)
class Drawn:
    """A page as a reader gets it."""

    title: str
    html: str
    has_figures: bool = True


@dataclass(frozen=True)
class DrawnPanel:
    """A panel by itself: what it shows, of which version and day, its title and what the page is
    about.
    """

    html: Markup
    address: Address
    published: Published
    day: date | None
    title: str
    subject: str
    is_demo: bool


def draw_site(
    state: State, address: Address, now: datetime, one_page: dict[str, str] | None = None
) -> Drawn:
    """Return the page that an address asks for, or why there is none; `one_page` is where copies of
    the overview are served, by their form.
    """
    if state.unreadable:
        _LOG.error("the published version cannot be read: %s", state.unreadable)
        return _without_figures("unreadable", address, state)
    if state.published is None:
        return _without_figures("nothing", address, state)
    try:
        return _drawn(state.published, state, address, now, one_page or {})
    except WarehouseUnreadableError as error:
        _LOG.error("the published version cannot be read: %s", error)
        return _without_figures(
            "outdated" if isinstance(error, WarehouseOutdatedError) else "unreadable",
            address,
            state,
        )


def draw_misconfigured(address: Address) -> Drawn:
    """Return the page of an app whose settings are wrong."""
    return _without_figures("misconfigured", address, State(None, False, None, None))


def draw_panel(state: State, address: Address, name: str, now: datetime) -> DrawnPanel | None:
    """Return a panel of the page that an address asks for, or None of a page that has none such.

    Raises WarehouseUnreadableError.
    """
    if state.published is None or name in WITHOUT_FILES:
        return None
    published, words = state.published, words_of(address.lang)
    address = _within_what_is_known(published, address)
    panel = next((each for each in _panels_of(address) if each.name == name), None)
    if panel is None:
        return None
    context = _context(published, LAYOUTS[address.page], address, None)
    if _is_unknown(address, context):
        return None
    of_page = (
        words.of(context["indicator"], "name")
        if address.page == "indicator"
        else words(f"page.{address.page}")
    )
    page = _Page(published, LAYOUTS[address.page], address, state.is_demo)
    drawn = _panels(page, (panel,), state, now.astimezone(JST).date())
    title = _title_of(name, drawn[name], words, context["year_looked_at"])
    return DrawnPanel(
        drawn[name],
        address,
        published,
        published.as_of if name in OF_NOW else address.on or published.as_of,
        title,
        of_page,
        state.is_demo,
    )


def draw_one_page(
    published: Published,
    language: Language,
    *,
    is_demo: bool,
    unreachable: frozenset[str] = frozenset(),
) -> str:
    """Return the overview of a version as a whole file; raises WarehouseUnreadableError.

    It belongs to its version: nothing of a later night, or of the day on which it is read, is in
    it. `unreachable` are the sources that the version's own night could not reach.
    """
    words, address = words_of(language), NoAddress(lang=language)
    context = _context(published, ONE_PAGE, address, None)
    if published.as_of:
        context["late_sources"] = _late_sources(context["trust"], published.as_of)
    page = _Page(published, ONE_PAGE, address, is_demo)
    drawn = _lasting_panels(page, ONE_PAGE.panels)
    body = Markup().join(drawn.values())
    more = {
        "address": address,
        "is_demo": is_demo,
        "unreachable": unreachable,
        "style": Markup(_STYLE.read_text(encoding="utf-8")),
    }
    whole = draw(
        "one_page.html",
        language,
        body=body,
        title=_title(address, context, words),
        **more,
        **context,
    )
    return charts.inlined(str(whole))


def _without_figures(why: str, address: Address, state: State) -> Drawn:
    words = words_of(address.lang)
    context: dict[str, Any] = {
        "published": None,
        "trust": None,
        "late_from": None,
        "is_late": False,
        "one_page": {},
        "days": [],
        "days_back": [],
        "years": [],
        "indicator": None,
        "year_looked_at": None,
        "late_sources": 0,
    }
    more = {"address": address, "state": state, "nights": nights, "history": history}
    body = [draw("message.html", address.lang, why=why)]
    body += [
        draw(f"{name}.html", address.lang, **context, **more)
        for name in LAYOUTS[address.page].without_figures
    ]
    drawn = _framed(Markup().join(body), words("title"), address, state, context)
    return replace(drawn, has_figures=False)


def _drawn(
    published: Published, state: State, address: Address, now: datetime, one_page: dict[str, str]
) -> Drawn:
    words = words_of(address.lang)
    address = _within_what_is_known(published, address)
    context = _context(published, LAYOUTS[address.page], address, now) | {"one_page": one_page}
    if _is_unknown(address, context):
        asked = in_one_line(address.indicator or "")
        body = draw("unknown_indicator.html", address.lang, address=address, asked=asked, **context)
    else:
        page = _Page(published, LAYOUTS[address.page], address, state.is_demo, has_files=True)
        today = now.astimezone(JST).date()
        body = Markup().join(_panels(page, _panels_of(address), state, today).values())
    return _framed(body, _title(address, context, words), address, state, context)


def _within_what_is_known(published: Published, address: Address) -> Address:
    """Return the address without a day or a year of which nothing is known: both are said instead.

    The version's own day is what is shown without one. A report names the years itself.
    """
    if address.on is not None:
        first_on = next(
            (
                each["first_on"]
                for each in read(published, ("days",), as_of=_day(published, None))["days"]
            ),
            None,
        )
        if first_on is None or not first_on <= address.on <= _day(published, None):
            address = replace(
                address, on=None, unknown=(*address.unknown, ("on", address.on.isoformat()))
            )
        elif address.on == published.as_of:
            address = replace(address, on=None)
    if address.year is not None and address.page != "report":
        years = read(published, ("years",), on=_day(published, address.on))["years"]
        if address.year not in {each["fiscal_year"] for each in years}:
            address = replace(
                address,
                year=None,
                unknown=(*address.unknown, ("year_of_figures", str(address.year))),
            )
    return address


def _day(published: Published, on: date | None) -> date:
    """Return the day that figures are looked up for."""
    return on or published.as_of or _ANY_DAY


def _panels_of(address: Address) -> tuple[Panel, ...]:
    return LAYOUTS[address.page].drawn(
        is_past=address.on is not None, has_year=address.year is not None
    )


def _context(
    published: Published, layout: Layout, address: Address, now: datetime | None
) -> dict[str, Any]:
    """Return what every template of a page is given."""
    day = _day(published, address.on)
    frame = read(published, FRAME, on=day, as_of=_day(published, None))
    trust = frame["trust"][0]
    late_from = (
        published.published_at + timedelta(hours=trust["updated_within_hours"])
        if published.published_at
        else None
    )
    return {
        "published": published,
        "indicators": frame["indicators"],
        "indicator": _indicator(frame["indicators"], layout, address),
        "days": frame["days"],
        "days_back": _days_back(published.as_of, frame["days"]),
        "years": frame["years"],
        "year_looked_at": next(
            (each for each in frame["years"] if each["fiscal_year"] == address.year), None
        ),
        "trust": trust,
        "late_from": late_from,
        "is_late": late_from is not None and now is not None and now > late_from,
        "late_sources": _late_sources(trust, now.astimezone(JST).date()) if now else 0,
    }


def _late_sources(trust: Row, day: date) -> int:
    """Return how many sources are late on a day, by their own rhythm."""
    return sum(each <= day for each in trust["sources_late_from"])


def _days_back(as_of: date | None, days: list[Row]) -> list[tuple[str, date]]:
    """Return days that are often looked back to, by what they are called, as far as anything was
    known then.
    """
    if as_of is None or not days or days[0]["first_on"] is None:
        return []
    is_leap_day = (as_of.month, as_of.day) == (2, 29)
    year_ago = as_of.replace(year=as_of.year - 1, day=28 if is_leap_day else as_of.day)
    found = [("month_end", as_of.replace(day=1) - timedelta(days=1)), ("year_ago", year_ago)]
    return [(name, day) for name, day in found if day >= days[0]["first_on"]]


def _is_unknown(address: Address, context: dict[str, Any]) -> bool:
    return LAYOUTS[address.page].is_of_one_indicator and context["indicator"] is None


def _indicator(indicators: list[Row], layout: Layout, address: Address) -> Row | None:
    """Return the indicator that a page is about: its own, the one that the address names, or the
    first.
    """
    code = layout.indicator
    if layout.is_of_one_indicator:
        code = address.indicator
        if code is None:
            return indicators[0] if indicators else None
    return next((each for each in indicators if each["indicator_code"] == code), None)


@dataclass(frozen=True)
class _Page:
    """What panels are drawn of: what they say as long as their version stands depends on nothing
    else.
    """

    published: Published
    layout: Layout
    address: Address
    is_demo: bool
    has_files: bool = False


def _panels(page: _Page, panels: tuple[Panel, ...], state: State, today: date) -> dict[str, Markup]:
    page = replace(page, address=replace(page.address, unknown=()))
    lasting, changing = (
        tuple(panel for panel in panels if (panel.name in OF_THE_NIGHTS) is is_changing)
        for is_changing in (False, True)
    )
    context = {"state": state, "nights": nights, "history": history, "today": today}
    drawn = _lasting_panels(page, lasting) | _drawn_panels(page, changing, context)
    return {panel.name: drawn[panel.name] for panel in panels}


# Drawing is a third of what a new session costs, and a version says the same to everybody.
@lru_cache(maxsize=64)
def _lasting_panels(page: _Page, panels: tuple[Panel, ...]) -> dict[str, Markup]:
    return _drawn_panels(page, panels, {})


def _drawn_panels(
    page: _Page, panels: tuple[Panel, ...], besides: dict[str, Any]
) -> dict[str, Markup]:
    published, address = page.published, page.address
    context = _context(published, page.layout, address, None)
    indicator = context["indicator"]
    code = indicator["indicator_code"] if indicator else LAYOUTS[address.page].indicator
    asked = dict.fromkeys(query for panel in panels for query in panel.queries)
    day = _day(published, address.on)
    parameters = {"on": day, "as_of": published.as_of, "year": address.year}
    found = read(published, tuple(asked), indicator_code=code, **parameters)
    named = {each["indicator_code"]: each for each in context["indicators"]}
    more = {
        "address": address,
        "is_demo": page.is_demo,
        "charts": charts,
        "figures": Figures(indicator, words_of(address.lang)) if indicator else None,
    }
    drawn = {
        panel.name: draw(
            f"{panel.name}.html",
            address.lang,
            **context,
            **more,
            **besides,
            **{query: _named(found[query], named) for query in panel.queries},
        )
        for panel in panels
    }
    if not page.has_files:
        return drawn
    year = context["year_looked_at"]
    return {name: _with_files(name, each, address, published, year) for name, each in drawn.items()}


def _named(rows: list[Row], indicators: dict[str, Row]) -> list[Row]:
    """Return the rows; one that is of an indicator says also what that is called and how it is
    written.
    """
    # Of the row's own type, which knows a column that the version lacks.
    return [type(row)(indicators.get(row.get("indicator_code", ""), {}), **row) for row in rows]


def _with_files(
    name: str, drawn: Markup, address: Address, published: Published, year: Row | None
) -> Markup:
    """Put the links to what a panel can be saved as at its end."""
    shown = {"has_rows": has_rows(drawn), "has_chart": '<img class="chart' in drawn}
    if name in WITHOUT_FILES or not any(shown.values()):
        return drawn
    title = _title_of(name, drawn, words_of(address.lang), year)
    links = draw(
        "files.html",
        address.lang,
        panel=name,
        title=title,
        address=address,
        published=published,
        **shown,
    )
    before, end, after = drawn.rpartition("</")
    return before + links + Markup(end) + after


def _title_of(name: str, drawn: Markup, words: Words, year: Row | None) -> str:
    """Return what a panel is called: some have no heading that says it of all that they show."""
    title = words(f"files_title.{name}") if words.has(f"files_title.{name}") else title_of(drawn)
    return f"{title} {words.of(year, 'year')}" if year and name in OF_A_YEAR else title


def _framed(
    body: Markup, title: str, address: Address, state: State, context: dict[str, Any]
) -> Drawn:
    unknown = [(name, in_one_line(value)) for name, value in address.unknown]
    more = {
        "address": address,
        "state": state,
        "is_demo": state.is_demo,
        "unreachable": history.stale_sources(state),
        "nights": nights,
        "pages": PAGES,
        "titles": _titles_to_send(address, context, words_of(address.lang)),
    }
    html = draw(
        "frame.html", address.lang, body=body, title=title, unknown=unknown, **context, **more
    )
    return Drawn(title, html)


def _titles_to_send(
    address: Address, context: dict[str, Any], words: Words
) -> dict[str, str | None]:
    """Return what a page is called when it is sent: as it is whenever it is opened, and as of the
    day that is looked at; the state of the data is always of now.
    """
    published = context["published"]
    day = address.on or (published.as_of if published else None)
    is_of_a_day = day and address.page != "health"
    return {
        "latest": _title(replace(address, on=None), context, words),
        "of_day": _title(replace(address, on=day), context, words) if is_of_a_day else None,
    }


def _title(address: Address, context: dict[str, Any], words: Words) -> str:
    page = words(f"page.{address.page}")
    if address.page == "indicator" and context["indicator"]:
        page = words.of(context["indicator"], "name")
    if context["year_looked_at"]:
        page = f"{page} {words.of(context['year_looked_at'], 'year')}"
    if address.on is not None:
        page = words("looking.page", page=page, day=words.day(address.on))
    return words("page_title", page=page)
