"""What a panel shows, as a file: CSV, workbook, JSON, or its chart as a drawing.

A file says what the page said that it was saved from: of the same version, in the same words.
Figures of a demonstration are labelled in it, and no text of a source is run by a spreadsheet.
"""

import base64
import io
import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from app import warehouse
from app.address import Address
from app.drawing.tables import Table, charts_of, tables_of
from app.drawing.templates import draw, words_of
from app.drawing.words import Words
from app.site import DrawnPanel, draw_panel
from app.warehouse import State, WarehouseUnreadableError, read
from held_back import file_name, write_workbook
from settings import Settings
from spreadsheets import csv_file, new_workbook, printable

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "svg": "image/svg+xml",
}

# The link to an owner's workbook of held-back rows, in a panel's place.
OWNERS = "owner"

_IN_NO_FILE_NAME = re.compile(r"[\\/:*?\"<>|\s\x00-\x1f]+")
_LONGEST_NAME = 80
# A figure as it is written: a number with what it is a number of. A workbook gets no other number.
_FIGURE = re.compile(
    r"(?P<minus>[▲−])?(?P<digits>(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.\d+)?)"
    r"(?P<unit>[^\d.,\"\\/–—]{0,30})"
)
_EXACT_DIGITS = 15


@dataclass(frozen=True)
class File:
    """A file that a reader saves."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class _Facts:
    """What stands in every file besides its rows."""

    title: str
    subject: str
    as_of: str
    data: str
    words: Words

    @property
    def heading(self) -> str:
        """Return of which day the figures are, and whether they are simulated."""
        day = f"{self.words('files.as_of')}: {self.as_of}"
        return f"{day} {self.data}" if self.data else day

    def with_subject(self, title: str) -> str:
        """Return a title that also says what it is of."""
        return title if title.startswith(self.subject) else f"{self.subject} {title}"


def saved(
    settings: Settings,
    address: Address,
    name: str,
    form: str,
    version: str,
    now: datetime,
    owner: str = "",
) -> File | None:
    """Return what a link to a file asks for, or None when there is nothing of the kind any more."""
    state = warehouse.at_version(settings, warehouse.read_state(settings), version)
    if state is None:
        return None
    try:
        if name == OWNERS and form == "xlsx":
            return _owners_workbook(state, owner)
        panel = draw_panel(state, address, name, now) if form in FORMS else None
        return panel_file(panel, form) if panel else None
    except WarehouseUnreadableError:
        return None


def _owners_workbook(state: State, owner: str) -> File | None:
    if state.published is None:
        return None
    rows = read(state.published, ("quarantine_rows",))["quarantine_rows"]
    held = [row for row in rows if row["owner_ja"] == owner]
    if not held:
        return None
    target = io.BytesIO()
    note = words_of("ja")("files.demo") if state.is_demo else ""
    write_workbook(target, owner, held, state.published.version, note)
    return File(file_name(owner), FORMS["xlsx"], target.getvalue())


def panel_file(panel: DrawnPanel, form: str) -> File | None:
    """Return what a panel shows as a file, or None when it shows nothing of the kind."""
    words = words_of(panel.address.lang)
    html = str(panel.html)
    as_of = panel.day.isoformat() if panel.day else ""
    facts = _Facts(
        panel.title, panel.subject, as_of, words("files.demo") if panel.is_demo else "", words
    )
    if form == "svg":
        charts = charts_of(html)
        content = _drawing(charts[0], facts, panel.address.scheme) if charts else None
    else:
        tables = tables_of(html, words)
        content = (
            {"csv": _csv, "xlsx": _workbook, "json": _json}[form](tables, facts) if tables else None
        )
    return File(f"{_name(facts)}.{form}", FORMS[form], content) if content else None


def _name(facts: _Facts) -> str:
    """Name a file by its indicator or page, its panel and the day of its figures."""
    subject = [] if facts.title.startswith(facts.subject) else [facts.subject]
    named = "_".join(each for each in (*subject, facts.title) if each)
    clean = _IN_NO_FILE_NAME.sub(
        "_", "".join(each if each.isprintable() else " " for each in named)
    ).strip("._")
    return f"{clean[:_LONGEST_NAME]}_{facts.as_of}"


def _csv(tables: list[Table], facts: _Facts) -> bytes:
    lines: list[tuple[str, ...]] = []
    for table in tables:
        if lines:
            lines += [(), (table.title,)]
        lines.append(
            (
                *table.heads,
                facts.words("files.as_of"),
                *((facts.words("files.data"),) if facts.data else ()),
            )
        )
        lines += [(*row, facts.as_of, *((facts.data,) if facts.data else ())) for row in table.rows]
    return csv_file(lines)


def _json(tables: list[Table], facts: _Facts) -> bytes:
    written = {
        "title": facts.title,
        "subject": facts.subject,
        "as_of": facts.as_of,
        "data": facts.data or None,
        "tables": [
            {
                "title": each.title or facts.title,
                "columns": each.heads,
                "rows": each.rows,
                "notes": each.notes,
            }
            for each in tables
        ],
    }
    return json.dumps(written, ensure_ascii=False, indent=1).encode()


def _workbook(tables: list[Table], facts: _Facts) -> bytes:
    target = io.BytesIO()
    with new_workbook(target) as book:
        for number, table in enumerate(tables, start=1):
            _sheet(book, f"{number}", table, facts)
    return target.getvalue()


def _sheet(book: Any, name: str, table: Table, facts: _Facts) -> None:
    sheet = book.add_worksheet(name)
    wrapped = {"text_wrap": True, "valign": "top"}
    plain, bold = book.add_format(wrapped), book.add_format({"bold": True, "font_size": 14})
    heading = book.add_format({"bold": True, "bg_color": "#DDE7F0", "border": 1})
    sheet.write_string(0, 0, printable(facts.with_subject(table.title or facts.title)), bold)
    sheet.write_string(1, 0, printable(facts.heading))
    for place, head in enumerate(table.heads):
        widest = max((len(row[place]) for row in table.rows if place < len(row)), default=0)
        sheet.set_column(place, place, min(60, max(12, 2 * len(head), 2 * widest)))
        sheet.write_string(3, place, printable(head), heading)
    for line, row in enumerate(table.rows, start=4):
        for place, text in enumerate(row):
            if figure := _figure(text):
                value, form = figure
                sheet.write_number(
                    line, place, value, book.add_format(wrapped | {"num_format": form})
                )
            else:
                sheet.write_string(line, place, printable(text), plain)
    for line, note in enumerate(table.notes, start=5 + len(table.rows)):
        sheet.write_string(line, 0, printable(note))
    sheet.freeze_panes(4, 0)


def _figure(text: str) -> tuple[float, str] | None:
    """Return the number that a text is, with the format that shows it as the page does."""
    found = _FIGURE.fullmatch(text)
    if found is None or len(found["digits"]) > _EXACT_DIGITS:
        return None
    digits, unit = found["digits"], found["unit"]
    value = Decimal(digits.replace(",", ""))
    whole, _, decimals = digits.partition(".")
    form = "#,##0" if "," in digits or len(whole) < 4 else "0"
    form += f".{'0' * len(decimals)}" if decimals else ""
    if unit == "%":
        value, form = value / 100, f"{form}%"
    elif unit:
        form = f'{form}"{unit}"'
    if found["minus"]:
        value, form = -value, f'{form};"{found["minus"]}"{form}'
    return float(value), form


def _drawing(image: str, facts: _Facts, scheme: str) -> bytes:
    """Return a chart that stands alone: on paper of its own, with its title and what it is of."""
    drawn = base64.b64decode(image.partition("base64,")[2]).decode()
    box = re.search(r'viewBox="0 0 (\d+) (\d+)"', drawn)
    width, height = (int(each) for each in box.groups()) if box else (960, 400)
    title = facts.with_subject(facts.title)
    # A picture in a document has the colours that it was saved in, whatever its reader's screen.
    style = re.compile(r"@media \(prefers-color-scheme: dark\) \{(.*?\})\s*\}", re.DOTALL)
    inside = style.sub(r"\1" if scheme == "dark" else "", drawn)
    whole = draw(
        "charts/file.svg",
        facts.words.language,
        width=width,
        height=height,
        title=title,
        heading=facts.heading,
        drawn=Markup(inside),
    )
    return str(whole).encode()
