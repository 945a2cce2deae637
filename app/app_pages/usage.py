"""Who uses the visualisation environment: departments by month, who joined, who left, who never came, and how many are still needed.

It tells of departments only, never how many people: that one used it at all names nobody.
"""

from collections.abc import Sequence
from datetime import date
from html import escape

import streamlit as st

from app.addresses import unknown_html
from app.i18n import NONE, Words
from app.notices import notices_html
from app.outlook import pace_html
from app.tiles import origin_badge
from app.warehouse import Published, Row, State, rows

_USAGE_RATE = "visualisation_usage_rate"
_RECENT_MONTHS = 24
_LISTED_MONTHS = 12


def show(state: State, published: Published, words: Words) -> None:
    """Draw the page."""
    for notice in notices_html(state, words):
        st.html(notice)
    indicators = rows(published, "indicators")
    indicator = next((each for each in indicators if each["indicator_code"] == _USAGE_RATE), None)
    paces = rows(published, "indicator_paces", indicator_code=_USAGE_RATE)
    departments = rows(published, "usage_departments")
    months = rows(published, "usage_months")
    badge = origin_badge({"computed"}, words, is_demo=state.is_demo)
    st.html(f'<h2 class="shihyo-section" lang="{words.language}">{escape(words("usage_page_title"))} {badge}</h2>')
    if indicator is None:
        as_of = words.day(published.as_of) if published.as_of else NONE
        told = words("usage_unknown", as_of=as_of, version=published.version)
        st.html(unknown_html(told, words))
        return
    if not departments:
        st.html(f'<p lang="{words.language}">{escape(words("no_months"))}</p>')
        return
    st.html("".join(pace_html(pace, indicator, words) for pace in paces))
    st.html(standings_html(departments, months, words))
    with st.container(border=True, key="shihyo-usage-grid"):
        shown = _choose_months(months, words)
        st.html(grid_html(departments, months, shown, words))
    told = f"{words('usage_definition')}: {words.of(indicator, 'definition')} {words('usage_source')}"
    st.html(f'<p class="shihyo-note" lang="{words.language}">{escape(told)}</p>')


def standings_html(departments: Sequence[Row], months: Sequence[Row], words: Words) -> str:
    """Return the lists: who joined, returned and left within the last months, and who never came."""
    listed = sorted({month["month_start"] for month in months})[-_LISTED_MONTHS:]
    current = {department["org_unit_code"]: department["standing"] for department in departments}
    cards = []
    for change in ("joined", "returned", "left"):
        found = [
            month for month in months if month["change"] == change and month["month_start"] in listed and month["org_unit_code"] in current
        ]
        found.sort(key=lambda month: month["month_start"], reverse=True)
        entries = [_entry(each, current[each["org_unit_code"]], words) for each in found]
        cards.append(_card(change, entries, words("within", months=len(listed)), words))
    never = [f"<li><span>{escape(words.of(each, 'name'))}</span></li>" for each in departments if each["standing"] == "never"]
    cards.append(_card("never", never, words("until", day=words.day_in_brief(departments[0]["measured_to"])), words))
    return f'<div class="shihyo-standings" lang="{words.language}">{"".join(cards)}</div>'


def _card(kind: str, entries: list[str], scope: str, words: Words) -> str:
    body = f"<ul>{''.join(entries)}</ul>" if entries else f'<p class="none">{escape(words("nobody"))}</p>'
    return (
        f'<section class="{kind}" data-count="{len(entries)}"><h3><span class="mark" aria-hidden="true">{_MARKS[kind]}</span> '
        f'{escape(words(f"usage_{kind}"))} <b>{len(entries)}</b></h3><p class="scope">{escape(scope)}</p>{body}</section>'
    )


_MARKS = {"joined": "＋", "returned": "↺", "left": "−", "never": "○"}


def _entry(month: Row, standing: str, words: Words) -> str:
    when = words.month(month["month_start"])
    if month["change"] == "left" and standing == "using":
        when += f" {words('since_returned')}"
    elif month["is_provisional"]:
        when += f" {words('provisional')}"
    return f"<li><span>{escape(words.of(month, 'name'))}</span> <small>{escape(when)}</small></li>"


def _choose_months(months: Sequence[Row], words: Words) -> list[date]:
    known = sorted({month["month_start"] for month in months})
    span = st.segmented_control(
        words("span"),
        ("recent", "all"),
        default="recent",
        format_func=lambda each: words(f"span_{each}", months=_RECENT_MONTHS),
        key="usage-span",
        required=True,
        label_visibility="collapsed",
    )
    return known if span == "all" else known[-_RECENT_MONTHS:]


def grid_html(departments: Sequence[Row], months: Sequence[Row], shown: Sequence[date], words: Words) -> str:
    """Return the table of departments by month; a month in which a department did not exist is blank."""
    cells = {(month["org_unit_code"], month["month_start"]): month for month in months}
    heads = "".join(_month_head(month, month.month == 1 or (place == 0 and month.month < 11), words) for place, month in enumerate(shown))
    body, standing = [], None
    for department in departments:
        if department["standing"] != standing:
            standing = department["standing"]
            count = sum(each["standing"] == standing for each in departments)
            label = escape(words(f"standing_{standing}", count=count))
            body.append(f'<tr class="group"><th scope="rowgroup" colspan="{len(shown) + 1}"><span>{label}</span></th></tr>')
        drawn = "".join(_cell(cells.get((department["org_unit_code"], month)), words) for month in shown)
        body.append(f'<tr><th scope="row">{escape(words.of(department, "name"))}</th>{drawn}</tr>')
    caption = escape(words("grid_caption"))
    legend = "".join(
        f'<li><span class="cell {key}" aria-hidden="true">{mark}</span>{escape(words(f"cell_{key}"))}</li>' for key, mark in _LEGEND
    )
    return (
        f'<div class="shihyo-grid-legend" lang="{words.language}"><ul>{legend}</ul></div>'
        f'<div class="shihyo-usage" lang="{words.language}" tabindex="0" role="region" aria-label="{caption}"><table>'
        f'<caption>{caption}</caption><thead><tr><th scope="col">{escape(words("department"))}</th>{heads}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


_LEGEND = (("used", ""), ("joined", "＋"), ("returned", "↺"), ("unused", ""), ("left", "−"), ("provisional", ""), ("absent", ""))


def _month_head(month: date, has_year: bool, words: Words) -> str:
    year = f"<small>{month.year if has_year else ''}</small>"
    return f'<th scope="col" aria-label="{escape(words.month(month))}">{year}{month.month}</th>'


def _cell(month: Row | None, words: Words) -> str:
    if month is None:
        return f'<td class="absent" title="{escape(words("cell_absent"))}"><span class="told">{escape(NONE)}</span></td>'
    kinds = ["used" if month["is_used"] else "unused"]
    kinds += [month["change"]] if month["change"] else []
    kinds += ["provisional"] if month["is_provisional"] else []
    mark = _MARKS.get(month["change"] or "", "")
    told = words(f"cell_{month['change'] or kinds[0]}")
    return (
        f'<td class="{" ".join(kinds)}" title="{escape(words.month(month["month_start"]))} {escape(told)}">'
        f'<span aria-hidden="true">{mark}</span><span class="told">{escape(told)}</span></td>'
    )
