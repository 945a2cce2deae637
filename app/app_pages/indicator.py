"""One indicator in detail: how it stands by every method, beside its official rating, and where every figure comes from.

It answers "why?" and "where from?"; it shows what the marts hold and judges nothing itself.
"""

from collections.abc import Sequence
from html import escape

import streamlit as st

from app.charts import target_text
from app.i18n import NONE, Words
from app.notices import notices_html
from app.tables import Cells, table_html
from app.tiles import figure_of, origin_badge
from app.warehouse import Published, Row, State, rows

_LISTED_REVISIONS = 20
_METHODS = ("level", "linear_pace", "statcan_cagr")


def show(state: State, published: Published, words: Words) -> None:
    """Draw the page."""
    for notice in notices_html(state, words):
        st.html(notice)
    st.html(f'<h2 class="shihyo-section" lang="{words.language}">{escape(words("indicator_page_title"))}</h2>')
    indicator = _choose_indicator(rows(published, "indicators"), words)
    if indicator is None:
        return
    code = indicator["indicator_code"]
    judgements = rows(published, "indicator_judgements", indicator_code=code)
    reconciliations = rows(published, "indicator_reconciliations", indicator_code=code)
    revisions = rows(published, "indicator_revisions", indicator_code=code)
    sections = (
        _heading_html(indicator, judgements, words, is_demo=state.is_demo),
        judgements_html(judgements, indicator, words),
        methods_html(judgements, indicator, words),
        reconciliations_html(reconciliations, indicator, words),
        revisions_html(revisions, indicator, words),
    )
    for section in filter(None, sections):
        st.html(section)


def _choose_indicator(indicators: Sequence[Row], words: Words) -> Row | None:
    """Return the indicator that the address names, or the one chosen since."""
    known = {indicator["indicator_code"]: indicator for indicator in indicators}
    asked = st.query_params.get("indicator")
    if "indicator" not in st.session_state:
        st.session_state["indicator"] = asked if asked in known else next(iter(known), None)
    st.selectbox(
        words("indicator_choice"),
        list(known),
        format_func=lambda code: words.of(known[code], "name"),
        key="indicator",
        on_change=lambda: st.query_params.update(indicator=st.session_state["indicator"]),
    )
    return known.get(st.session_state["indicator"])


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
    name = escape(words.of(indicator, "name"))
    return f'<div class="shihyo-definition" lang="{words.language}"><h3>{name} {badge}</h3><dl>{drawn}</dl></div>'


def judgements_html(judgements: Sequence[Row], indicator: Row, words: Words) -> str:
    """Return achievement and official rating by fiscal year, with the reasons where they differ as notes."""
    heads = [words(key) for key in ("fiscal_year", "actual", "target", "status", "rating", "official")]
    notes = [
        f"{words.of(judgement, 'year')}: {words.of(judgement, 'rating_reason')}"
        for judgement in judgements
        if judgement["rating_reason_ja"]
    ]
    body = [_judgement_cells(judgement, indicator, words) for judgement in judgements]
    return table_html(words("judgement_title"), heads, body, [words("judgement_note"), *notes], words)


def _judgement_cells(judgement: Row, indicator: Row, words: Words) -> Cells:
    decimals, unit = indicator["display_decimals"], words.of(indicator, "unit")
    actual = figure_of(judgement, words, prefix="actual", decimals=decimals, unit=unit)
    official = figure_of(judgement, words, prefix="official", decimals=decimals, unit=unit)
    if indicator["kind"] == "milestone" and judgement["official_text"]:
        told = escape(words.wording(judgement["official_text"]))
    else:
        told = escape(str(official)) if official else NONE
    shown = f"<b>{escape(str(actual))}</b>" if actual else NONE
    if judgement["is_provisional"]:
        shown += f' <span class="shihyo-provisional">{escape(words.provisional(judgement))}</span>'
    target = escape(target_text(judgement, decimals, unit, words)) if judgement["target_text"] else NONE
    if judgement["target_tolerance"] is not None:
        target += f" <small>({escape(words('tolerance', width=words.figure(judgement['target_tolerance'], decimals, unit, None)))})</small>"
    return [words.of(judgement, "year"), shown, target, _status(judgement, indicator, words), _rating(judgement, words), told]


def _status(judgement: Row, indicator: Row, words: Words) -> str:
    if status := judgement["status"]:
        told = f'<b class="status {status}">{escape(words(f"status_{status}"))}</b>'
        reason = judgement["status_reason"]
        return told + (f" <small>({escape(words(f'reason_{reason}'))})</small>" if reason else "")
    if judgement["final_target_status"]:
        last = {
            "target_text": judgement["final_target_text"],
            "target_value": judgement["final_target_value"],
            "target_qualifier": judgement["final_target_qualifier"],
        }
        ended = words(
            "ended_target",
            year=words.of(judgement, "final_target_year"),
            target=target_text(last, indicator["display_decimals"], words.of(indicator, "unit"), words),
            status=words(f"status_{judgement['final_target_status']}"),
        )
        return f"<small>{escape(ended)}</small>"
    return NONE


def _rating(judgement: Row, words: Words) -> str:
    if not judgement["official_rating"]:
        return NONE
    differs = str(judgement["rating_comparison"] or "").startswith("differs")
    note = f" <small>{escape(words('rating_differs'))}</small>" if differs else ""
    return f'<span class="shihyo-badge rating">{escape(judgement["official_rating"])}</span>{note}'


def methods_html(judgements: Sequence[Row], indicator: Row, words: Words) -> str:
    """Return the same years judged by level, linear pace and compound growth; nothing for an indicator that has a level alone."""
    compared = [judgement for judgement in judgements if judgement["linear_pace_status"] or judgement["statcan_cagr_status"]]
    if not compared:
        return ""
    heads = [words("fiscal_year"), *(words(f"method_{method}") for method in _METHODS), words("agreement")]
    notes = []
    last = compared[-1]
    if last["final_target_value"] is not None:
        decimals, unit = indicator["display_decimals"], words.of(indicator, "unit")
        notes.append(
            words(
                "methods_note",
                base=words.of(last, "baseline_year"),
                value=words.figure(last["baseline_value"], decimals, unit, None),
                year=words.of(last, "final_target_year"),
                target=words.figure(last["final_target_value"], decimals, unit, last["final_target_qualifier"]),
            )
        )
    return table_html(words("methods_title"), heads, [_method_cells(judgement, words) for judgement in compared], notes, words)


def _method_cells(judgement: Row, words: Words) -> Cells:
    level = escape(words(f"status_{judgement['status']}")) if judgement["status"] else NONE
    agreement = NONE
    if judgement["status_depends_on_method"] is not None:
        depends = judgement["status_depends_on_method"]
        agreement = f"<b>{escape(words('depends_on_method'))}</b>" if depends else escape(words("methods_agree"))
    pace = _paced(judgement["linear_pace_status"], judgement["linear_pace_ratio"], words)
    growth = _paced(judgement["statcan_cagr_status"], judgement["statcan_cagr_value"], words)
    if judgement["final_target_value"] is None and judgement["statcan_cagr_value"] is not None:
        rate = words("growth_a_year", rate=words.figure(100 * judgement["statcan_cagr_value"], 0, "%", None))
        growth = _paced(judgement["statcan_cagr_status"], None, words) + f" <small>{escape(rate)}</small>"
    return [words.of(judgement, "year"), level, pace, growth, agreement]


def _paced(status: str | None, ratio: float | None, words: Words) -> str:
    if status is None:
        return NONE
    figure = f" <small>{words.figure(ratio, 2, '', None)}</small>" if ratio is not None else ""
    return escape(words(f"progress_{status}")) + figure


def reconciliations_html(reconciliations: Sequence[Row], indicator: Row, words: Words) -> str:
    """Return every published actual beside the computed one; nothing while there is none."""
    if not reconciliations:
        return ""
    heads = [words(key) for key in ("fiscal_year", "computed", "official", "outcome", "published_in")]
    decimals, unit = indicator["display_decimals"], words.of(indicator, "unit")
    finer = decimals + 1 if indicator["kind"] == "ratio" else decimals
    body: list[Cells] = [
        [
            words.of(each, "year"),
            f"<b>{escape(str(words.figure(each['computed_value'], finer, unit, None)))}</b>",
            escape(words.wording(each["official_text"])),
            escape(words(f"reconciled_{each['outcome']}")),
            escape(_published_in(each["published_in"], words)),
        ]
        for each in reconciliations
    ]
    notes = [f"{words.of(each, 'year')}: {words.of(each, 'reason')}" for each in reconciliations if each["reason_ja"]]
    return table_html(words("reconciliation_title"), heads, body, notes, words)


def _published_in(published_in: str, words: Words) -> str:
    page = published_in.removeprefix("policy_page ")
    return words("policy_page_in", number=page) if page != published_in else published_in


def revisions_html(revisions: Sequence[Row], indicator: Row, words: Words) -> str:
    """Return what was changed after it had been told: when, from what to what, and because of which delivery or document."""
    if not revisions:
        return table_html(words("revisions_title"), [], [], [words("revisions_none")], words)
    heads = [words(key) for key in ("revised_on", "fiscal_year", "measure", "changed", "cause")]
    body = [
        [
            words.day(each["revised_on"]),
            escape(words.of(each, "year")),
            escape(words(f"measure_{each['measure']}")),
            escape(words("changed_from_to", before=_told(each, "previous", indicator, words), after=_told(each, "new", indicator, words))),
            _cause(each, words),
        ]
        for each in revisions[:_LISTED_REVISIONS]
    ]
    return table_html(words("revisions_title"), heads, body, [], words)


def _told(revision: Row, which: str, indicator: Row, words: Words) -> str:
    text, value = revision[f"{which}_text"], revision[f"{which}_value"]
    if text is not None:
        return words.wording(text)
    if value is None:
        return words("withdrawn")
    decimals = indicator["display_decimals"] + (1 if indicator["kind"] == "ratio" else 0)
    return str(words.figure(value, decimals, words.of(indicator, "unit"), None))


def _cause(revision: Row, words: Words) -> str:
    if revision["cause"] == "landed_items":
        return "<br>".join(f"<code>{escape(item)}</code>" for item in revision["cause_item_ids"][:3])
    return escape(revision["source_document"] or words("cause_calendar"))
