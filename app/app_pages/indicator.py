"""One indicator in detail: how it stands by every method, beside its official rating, and where every figure comes from.

It answers "why?" and "where from?"; it shows what the marts hold and judges nothing itself.
"""

from collections.abc import Sequence
from html import escape

import streamlit as st

from app.addresses import asked, unknown_indicator_html
from app.evidence import corrections_html, receipt_html, reconciliations_html, revisions_html
from app.i18n import Words
from app.judgements import judgements_html, methods_html
from app.notices import notices_html
from app.org_units import ROLL_UPS, units_html
from app.outlook import forecast_html, pace_html
from app.tiles import origin_badge
from app.warehouse import Published, Row, State, rows


def show(state: State, published: Published, words: Words) -> None:
    """Draw the page."""
    for notice in notices_html(state, words):
        st.html(notice)
    st.html(f'<h2 class="shihyo-section" lang="{words.language}">{escape(words("indicator_page_title"))}</h2>')
    indicator = _choose_indicator(rows(published, "indicators"), published, words)
    if indicator is None:
        return
    code = indicator["indicator_code"]
    judgements = rows(published, "indicator_judgements", indicator_code=code)
    paces = rows(published, "indicator_paces", indicator_code=code)
    forecasts = rows(published, "indicator_forecasts", indicator_code=code)
    calibrations = rows(published, "indicator_calibrations", indicator_code=code)
    reconciliations = rows(published, "indicator_reconciliations", indicator_code=code)
    revisions = rows(published, "indicator_revisions", indicator_code=code)
    receipts = rows(published, "indicator_receipts", indicator_code=code)
    items = rows(published, "indicator_receipt_items", indicator_code=code)
    corrections = rows(published, "indicator_corrections", indicator_code=code)
    sections = (
        _heading_html(indicator, judgements, words, is_demo=state.is_demo),
        judgements_html(judgements, indicator, words),
        methods_html(judgements, indicator, words),
        *(pace_html(pace, indicator, words) for pace in paces),
        forecast_html(forecasts, calibrations, indicator, words),
        reconciliations_html(reconciliations, indicator, words),
        revisions_html(revisions, indicator, words),
        receipt_html(receipts, items, indicator, words),
        corrections_html(corrections, words),
    )
    for section in filter(None, sections):
        st.html(section)
    _show_units(rows(published, "indicator_units", indicator_code=code), judgements, indicator, words)


def _show_units(units: Sequence[Row], judgements: Sequence[Row], indicator: Row, words: Words) -> None:
    if not any(unit["roll_up"] in ROLL_UPS for unit in units):
        return
    roll_up = st.segmented_control(
        words("units_choice"),
        ROLL_UPS,
        default=ROLL_UPS[0],
        format_func=lambda choice: words(f"units_{choice}"),
        required=True,
        key="roll_up",
    )
    targets = {judgement["fiscal_year"]: judgement["target_value"] for judgement in judgements}
    target = targets.get(units[0]["fiscal_year"])
    st.html(units_html(units, roll_up or ROLL_UPS[0], target, indicator, words))


def _choose_indicator(indicators: Sequence[Row], published: Published, words: Words) -> Row | None:
    """Return the indicator that the address names; without a name the one shown before, or the first.

    One that the published version does not hold gives way to no other.
    """
    known = {indicator["indicator_code"]: indicator for indicator in indicators}
    code = asked("indicator")
    if code is None:
        code = st.session_state.get("shown_indicator", next(iter(known), None))
    st.session_state["shown_indicator"] = code
    # The address may have changed since, by the browser's way back: what it names is what is shown.
    st.session_state["indicator"] = code if code in known else None
    st.selectbox(
        words("indicator_choice"),
        list(known),
        index=0 if code in known else None,
        placeholder=words("indicator_choose"),
        format_func=lambda code: words.of(known[code], "name"),
        key="indicator",
        on_change=_keep_indicator,
    )
    if code is not None and code not in known:
        st.html(unknown_indicator_html(code, indicators, published, words))
    return known.get(code or "")


def _keep_indicator() -> None:
    chosen = st.session_state["indicator"]
    if chosen is not None:
        st.query_params["indicator"] = chosen


def _heading_html(indicator: Row, judgements: Sequence[Row], words: Words, *, is_demo: bool) -> str:
    origins = {judgement["actual_origin"] for judgement in judgements}
    facts = {
        "definition": words.of(indicator, "definition"),
        "formula": words.of(indicator, "formula"),
        "judging_method": words(f"method_{indicator['judging_method']}"),
        "owner": indicator["owner"],
    }
    drawn = "".join(f"<div><dt>{escape(words(key))}</dt> <dd>{escape(told)}</dd></div>" for key, told in facts.items() if told)
    badge = origin_badge(origins, words, is_demo=is_demo)
    ended = ""
    if indicator["is_ended"]:
        told = words("ended", day=words.day_in_brief(indicator["valid_to"]))
        ended = f'<p class="ended">{escape(told)}</p>'
    name = escape(words.of(indicator, "name"))
    return f'<div class="shihyo-definition" lang="{words.language}"><h3>{name} {badge}</h3>{ended}<dl>{drawn}</dl></div>'
