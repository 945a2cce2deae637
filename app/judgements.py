"""How an indicator stood in each fiscal year: its achievement beside the official rating, and by every method."""

from collections.abc import Sequence
from html import escape

from app.charts import target_text
from app.i18n import NONE, Words
from app.tables import Cells, table_html
from app.tiles import figure_of
from app.warehouse import Row

_METHODS = ("level", "linear_pace", "statcan_cagr")


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
