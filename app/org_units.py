"""An indicator by department: each as it was in the year, or under the department that it has become; counts of few people stay hidden."""

from collections.abc import Sequence
from html import escape

from app.i18n import NONE, Words
from app.tables import Cells, table_html
from app.warehouse import Row

ROLL_UPS = ("as_it_was", "as_it_is_now")


def units_html(units: Sequence[Row], roll_up: str, indicator: Row, words: Words) -> str:
    """Return the city, bureaus and wards, then every department in one of the two ways; nothing without figures by department."""
    shown = [unit for unit in units if unit["roll_up"] in ("city", "kind", roll_up)]
    heads = [words(key) for key in ("department", "value", "departments_counted")]
    notes = [words("units_note")]
    if any(unit["is_suppressed"] for unit in shown):
        notes.append(words("units_hidden_note"))
    title = words("units_title", year=words.of(units[0], "year"))
    return table_html(title, heads, [_cells(unit, indicator, words) for unit in shown], notes, words)


def _cells(unit: Row, indicator: Row, words: Words) -> Cells:
    if unit["roll_up"] == "city":
        name = words("whole_city")
    elif unit["roll_up"] == "kind":
        name = words(f"kind_{unit['unit_code']}")
    else:
        name = words.of(unit, "name")
    if unit["is_suppressed"]:
        return [name, f"<small>{escape(words('hidden_count'))}</small>", NONE]
    value = words.figure(unit["actual_value"], 1 if indicator["kind"] == "ratio" else 0, words.of(indicator, "unit"), None)
    parts = f"{unit['numerator']:,.0f} / {unit['denominator']:,.0f}" if indicator["kind"] == "ratio" else NONE
    return [name, f"<b>{escape(str(value))}</b>", parts]
