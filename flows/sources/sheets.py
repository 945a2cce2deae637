"""The cells of a workbook's sheets, row by row, without the rows that hold nothing.

calamine reads all kinds, and lays a sheet out from its first cell to its last: one blank cell that
somebody formatted in the corner asks for 512 GiB. Such sheets of .xlsx and .xlsm are read by
openpyxl, a row at a time.
"""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import openpyxl
from openpyxl.utils import column_index_from_string, range_boundaries
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

# Some 0.6 GB while calamine reads it; a full sheet of 18 columns fits.
_LAID_OUT_CELLS = 20_000_000
# No table has more columns; what stands beyond them is stray.
_WIDEST = 1_000
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*?\s)?r="([A-Z]{1,3})([0-9]{1,7})"')
# A formula whose value is a text may have an empty one, which some writers call no text, and close
# by itself; without any it was never worked out.
_WITHOUT_VALUE = re.compile(
    rb"<(?:\w+:)?c(?:"
    rb'(?=\s[^>]*?\bt="e")\s(?:[^>]*?\s)?r="(?P<column>[A-Z]{1,3})(?P<row>[0-9]{1,7})"[^>]*>'
    rb'|(?!\s[^>]*?\bt="str")\s(?:[^>]*?\s)?r="(?P<of>[A-Z]{1,3})(?P<at>[0-9]{1,7})"[^>]*>'
    rb"\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>)?\s*</(?:\w+:)?c>)"
)
_TAG = re.compile(rb'<(?:\w+:)?(?:sheet|Relationship)\s(?:[^>"]|"[^"]*")*>')
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
# What stands where a formula has no value: it is no number, no day and nobody's name.
NO_VALUE = "#VALUE!"
_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!")
_MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"'
)


@dataclass(frozen=True)
class Sheet:
    """A worksheet: its rows that hold text, with their numbers from 1, and the number of its last
    row. Cells are text or None; `spread` are those, by row number and place, that hold the value of
    a merged cell above them.
    """

    place: int
    name: str
    is_visible: bool
    rows: list[tuple[int, list[str | None]]]
    last_row: int
    spread: frozenset[tuple[int, int]] = frozenset()


def read_sheets(content: bytes) -> Iterator[Sheet]:
    """Yield the worksheets of a workbook in order; of a merged range its first column's cells hold
    the value. A formula that was saved without its value, or with an error, is text that is none:
    of .xlsx and .xlsm, as the other kinds are read without saying so. Hidden ones have no rows.
    """
    parts = _sheet_parts(content)
    if any(_laid_out(part) > _LAID_OUT_CELLS for part in parts.values()):
        yield from _row_by_row(content, parts)
        return
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    paths = _paths(content) if any(map(_WITHOUT_VALUE.search, parts.values())) else {}
    for place, metadata in enumerate(workbook.sheets_metadata):
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        is_visible = metadata.visible == SheetVisibleEnum.Visible
        cells, spread = _cells(workbook.get_sheet_by_index(place)) if is_visible else ([], [])
        if is_visible:
            part = parts.get(paths.get(metadata.name, ""), b"")
            for row, places in _missing_values(part).items():
                cells.extend([] for _ in range(row - len(cells)))
                _tell_missing_values(cells[row - 1], places)
        rows = _with_text(enumerate(cells, start=1))
        yield Sheet(place, metadata.name, is_visible, rows, len(cells), frozenset(spread))


def _sheet_parts(content: bytes) -> dict[str, bytes]:
    """Return the sheets of an .xlsx or .xlsm as they are written, by their name in the archive; of
    other kinds none.
    """
    if not content.startswith(b"PK"):
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: archive.read(name) for name in archive.namelist() if _SHEET_PART.fullmatch(name)
        }


def _paths(content: bytes) -> dict[str, str]:
    """Return where the sheets of an .xlsx or .xlsm stand in the archive, by their names; nothing of
    one whose list of sheets stands elsewhere.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        lists = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
        if not set(lists) <= set(archive.namelist()):
            return {}
        sheets, relations = (
            [dict(_ATTRIBUTE.findall(tag)) for tag in _TAG.findall(archive.read(name))]
            for name in lists
        )
    targets = {each.get(b"Id"): each.get(b"Target", b"").decode() for each in relations}
    return {
        html.unescape(each.get(b"name", b"").decode()): target.lstrip("/")
        if target.startswith("/")
        else f"xl/{target}"
        for each in sheets
        if (target := targets.get(_ending_in(each, b":id")))
    }


def _ending_in(attributes: dict[bytes, bytes], ending: bytes) -> bytes | None:
    return next((value for name, value in attributes.items() if name.endswith(ending)), None)


def _missing_values(part: bytes) -> dict[int, list[int]]:
    """Return the places of a sheet's formulas without a value, by the numbers of their rows."""
    found: dict[int, list[int]] = {}
    for cell in _WITHOUT_VALUE.finditer(part):
        place = column_index_from_string((cell["column"] or cell["of"]).decode()) - 1
        if place < _WIDEST:
            found.setdefault(int(cell["row"] or cell["at"]), []).append(place)
    return found


def _tell_missing_values(cells: list[Any], places: list[int]) -> None:
    """Write into cells that hold nothing that they hold a formula without a value."""
    for place in places:
        cells.extend([""] * (place + 1 - len(cells)))
        if cells[place] in (None, ""):
            cells[place] = NO_VALUE


def _laid_out(part: bytes) -> int:
    """Return how many cells lie between a sheet's first and its last, blank ones among them."""
    columns: set[bytes] = set()
    last_row = 0
    for column, row in _CELL.findall(part):
        columns.add(column)
        last_row = max(last_row, int(row))
    return last_row * max((column_index_from_string(each.decode()) for each in columns), default=0)


def _row_by_row(content: bytes, parts: dict[str, bytes]) -> Iterator[Sheet]:
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for place, title in enumerate(workbook.sheetnames):
        sheet = workbook[title]
        if not hasattr(sheet, "reset_dimensions"):  # a sheet that is a chart
            continue
        is_visible = sheet.sheet_state == "visible"
        rows: list[tuple[int, list[str | None]]] = []
        spread: list[tuple[int, int]] = []
        last_row = 0
        if is_visible:
            sheet.reset_dimensions()  # what a sheet says of its size is not always so
            part = parts.get(sheet._worksheet_path.lstrip("/"), b"")
            rows = _with_text(_told(sheet.iter_rows(values_only=True), _missing_values(part)))
            last_row = rows[-1][0] if rows else 0
            spread = _spread_merged(rows, _MERGED.findall(part))
        yield Sheet(place, title, is_visible, rows, last_row, frozenset(spread))


def _told(
    rows: Iterator[tuple[Any, ...]], missing: dict[int, list[int]]
) -> Iterator[tuple[int, list[Any]]]:
    for number, values in enumerate(rows, start=1):
        cells = list(values[:_WIDEST])
        _tell_missing_values(cells, missing.get(number, []))
        yield number, cells


def _spread_merged(
    rows: list[tuple[int, list[str | None]]], merged: list[bytes]
) -> list[tuple[int, int]]:
    by_number = dict(rows)
    spread: list[tuple[int, int]] = []
    for reference in merged:
        left, top, _, bottom = range_boundaries(reference.decode())
        value = _at(by_number.get(top, []), left - 1)
        for number in range(top + 1, min(bottom, rows[-1][0] if rows else 0) + 1):
            cells = by_number.get(number)
            if cells is not None and value and not _at(cells, left - 1):
                cells.extend([None] * (left - len(cells)))
                cells[left - 1] = value
                spread.append((number, left - 1))
    return spread


def _at(cells: list[str | None], place: int) -> str | None:
    return cells[place] if place < len(cells) else None


def _with_text(rows: Iterator[tuple[int, Any]]) -> list[tuple[int, list[str | None]]]:
    """Return the rows in which any cell holds text, each up to its last such cell."""
    found = []
    for number, cells in rows:
        texts = [_text(cell) for cell in cells[:_WIDEST]]
        while texts and texts[-1] is None:
            texts.pop()
        if texts:
            found.append((number, texts))
    return found


def _cells(sheet: CalamineSheet) -> tuple[list[list[Any]], list[tuple[int, int]]]:
    """Return a sheet's cells from its first row on, and which hold a value of a cell above; of a
    merged range every cell of its first column holds the value.
    """
    cells = sheet.to_python(skip_empty_area=False)
    spread: list[tuple[int, int]] = []
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for number, row in enumerate(cells[top : bottom + 1], start=top + 1):
            if number > top + 1 and len(row) > left and row[left] == "":
                row[left] = cells[top][left]
                spread.append((number, left))
            # Across columns a merged cell is a title or a note: one cell is enough of it.
            row[left + 1 : right + 1] = [""] * len(row[left + 1 : right + 1])
    return cells, spread


def _text(cell: Any) -> str | None:
    """Return a cell as text: days as ISO, numbers without an empty fraction, nothing as None."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float | int):
        return format(cell, ".15g")
    if isinstance(cell, datetime):
        return (
            cell.date().isoformat()
            if cell.time() == datetime.min.time()
            else cell.isoformat(sep=" ")
        )
    if isinstance(cell, date):
        return cell.isoformat()
    if cell in _ERRORS:
        return NO_VALUE
    return str(cell) if str(cell).strip() else None
