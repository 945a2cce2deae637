"""How an indicator stood in each fiscal year: its achievement beside the official rating, and by every method."""

from collections.abc import Sequence
from html import escape

from app.figures import Figures
from app.i18n import NONE, Words
from app.tables import Cells, table_html
from app.warehouse import Row
from rounding import PACES

_METHODS = ("level", "linear_pace", "statcan_cagr")


def judgements_html(judgements: Sequence[Row], indicator: Row, words: Words) -> str:
    """Return achievement and official rating by fiscal year, with the reasons where they differ as notes."""
    heads = [words(key) for key in ("fiscal_year", "actual", "target", "status", "rating", "official")]
    notes = [
        f"{words.of(judgement, 'year')}: {words.of(judgement, 'rating_reason')}"
        for judgement in judgements
        if judgement["rating_reason_ja"]
    ]
    figures = Figures(indicator, words)
    body = [_judgement_cells(judgement, indicator, figures, words) for judgement in judgements]
    return table_html(words("judgement_title"), heads, body, [words("judgement_note"), *notes], words)


def _judgement_cells(judgement: Row, indicator: Row, figures: Figures, words: Words) -> Cells:
    ended = judgement["final_target_value"] if judgement["final_target_status"] else None
    actual = figures.of(judgement, "actual", beside=[judgement["target_value"], ended])
    official = figures.of(judgement, "official")
    if indicator["kind"] == "milestone" and judgement["official_text"]:
        told = escape(words.wording(judgement["official_text"]))
    else:
        told = escape(str(official)) if official else NONE
    shown = f"<b>{escape(str(actual))}</b>" if actual else NONE
    if judgement["is_provisional"]:
        shown += f' <span class="shihyo-provisional">{escape(words.provisional(judgement))}</span>'
    target = escape(figures.target(judgement)) if judgement["target_text"] else NONE
    if judgement["target_tolerance"] is not None:
        tolerance = words("tolerance", width=figures.stated_difference(judgement["target_tolerance"]))
        target += f" <small>({escape(tolerance)})</small>"
    return [words.of(judgement, "year"), shown, target, _status(judgement, figures, words), _rating(judgement, words), told]


def _status(judgement: Row, figures: Figures, words: Words) -> str:
    if status := judgement["status"]:
        told = f'<b class="status {status}">{escape(words(f"status_{status}"))}</b>'
        reason = judgement["status_reason"]
        return told + (f" <small>({escape(words(f'reason_{reason}'))})</small>" if reason else "")
    if judgement["final_target_status"]:
        ended = words(
            "ended_target",
            year=words.of(judgement, "final_target_year"),
            target=figures.target(judgement, "final_target"),
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
        figures = Figures(indicator, words)
        notes.append(
            words(
                "methods_note",
                base=words.of(last, "baseline_year"),
                value=figures.value(last["baseline_value"], beside=[last["final_target_value"]]),
                year=words.of(last, "final_target_year"),
                target=figures.stated(last["final_target_value"], last["final_target_qualifier"]),
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
        rate = words("growth_a_year", rate=words.percentage(judgement["statcan_cagr_value"], beside=[0]))
        growth = _paced(judgement["statcan_cagr_status"], None, words) + f" <small>{escape(rate)}</small>"
    return [words.of(judgement, "year"), level, pace, growth, agreement]


def _paced(status: str | None, ratio: float | None, words: Words) -> str:
    if status is None:
        return NONE
    if ratio is None:
        return escape(words(f"progress_{status}"))
    figure = words.figure(ratio, 2, "", beside=PACES)
    return f"{escape(words(f'progress_{status}'))} <small>{figure}</small>"
