"""An indicator by department: each as it was in the year, or under the department that it has become; counts of few people stay hidden."""

from collections.abc import Sequence
from html import escape

from app.figures import Figures
from app.i18n import NONE, Words
from app.tables import Cells, table_html
from app.warehouse import Row

ROLL_UPS = ("as_it_was", "as_it_is_now")


def units_html(units: Sequence[Row], roll_up: str, target: float | None, indicator: Row, words: Words) -> str:
    """Return the city, bureaus and wards, then every department in one of the two ways, beside the year's target if it has one."""
    shown = [unit for unit in units if unit["roll_up"] in ("city", "kind", roll_up)]
    heads = [words(key) for key in ("department", "value", "departments_counted")]
    notes = [words("units_note")]
    if any(unit["is_suppressed"] for unit in shown):
        notes.append(words("units_hidden_note"))
    title = words("units_title", year=words.of(units[0], "year"))
    figures, is_share = Figures(indicator, words), indicator["kind"] == "ratio"
    body = [_cells(unit, target, figures, words, is_share=is_share) for unit in shown]
    return table_html(title, heads, body, notes, words)


def _cells(unit: Row, target: float | None, figures: Figures, words: Words, *, is_share: bool) -> Cells:
    if unit["roll_up"] == "city":
        name = words("whole_city")
    elif unit["roll_up"] == "kind":
        name = words(f"kind_{unit['unit_code']}")
    else:
        name = words.of(unit, "name")
    if unit["is_suppressed"]:
        return [name, f"<small>{escape(words('hidden_count'))}</small>", NONE]
    value = figures.in_detail(unit["actual_value"], beside=[target])
    return [name, f"<b>{escape(value)}</b>", figures.parts(unit) if is_share else NONE]
