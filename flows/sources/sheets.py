"""The cells of a workbook's sheets, row by row, without the rows that hold nothing.

calamine reads all kinds, and lays a sheet out from its first cell to its last: one blank cell that
somebody formatted in the corner asks for 512 GiB. Such sheets of .xlsx and .xlsm are read by
openpyxl, a row at a time.
"""

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
_MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"'
)


@dataclass(frozen=True)
class Sheet:
    """A worksheet: its rows that hold text, with their numbers from 1, and the number of its last
    row. Cells are text or None.
    """

    place: int
    name: str
    is_visible: bool
    rows: list[tuple[int, list[str | None]]]
    last_row: int


def read_sheets(content: bytes) -> Iterator[Sheet]:
    """Yield the worksheets of a workbook in order; of a merged range its first column's cells hold
    the value. Hidden ones have no rows.
    """
    parts = _sheet_parts(content)
    if any(_laid_out(part) > _LAID_OUT_CELLS for part in parts.values()):
        yield from _row_by_row(content, parts)
        return
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for place, metadata in enumerate(workbook.sheets_metadata):
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        is_visible = metadata.visible == SheetVisibleEnum.Visible
        cells = _cells(workbook.get_sheet_by_index(place)) if is_visible else []
        yield Sheet(
            place, metadata.name, is_visible, _with_text(enumerate(cells, start=1)), len(cells)
        )


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
        last_row = 0
        if is_visible:
            sheet.reset_dimensions()  # what a sheet says of its size is not always so
            rows = _with_text(enumerate(sheet.iter_rows(values_only=True), start=1))
            last_row = rows[-1][0] if rows else 0
            _spread_merged(rows, _MERGED.findall(parts.get(sheet._worksheet_path.lstrip("/"), b"")))
        yield Sheet(place, title, is_visible, rows, last_row)


def _spread_merged(rows: list[tuple[int, list[str | None]]], merged: list[bytes]) -> None:
    by_number = dict(rows)
    for reference in merged:
        left, top, _, bottom = range_boundaries(reference.decode())
        value = _at(by_number.get(top, []), left - 1)
        for number in range(top + 1, min(bottom, rows[-1][0] if rows else 0) + 1):
            cells = by_number.get(number)
            if cells is not None and value and not _at(cells, left - 1):
                cells.extend([None] * (left - len(cells)))
                cells[left - 1] = value


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


def _cells(sheet: CalamineSheet) -> list[list[Any]]:
    """Return a sheet's cells from its first row on; of a merged range every cell of its first
    column holds the value.
    """
    cells = sheet.to_python(skip_empty_area=False)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for row in cells[top : bottom + 1]:
            if len(row) > left and row[left] == "":
                row[left] = cells[top][left]
            # Across columns a merged cell is a title or a note: one cell is enough of it.
            row[left + 1 : right + 1] = [""] * len(row[left + 1 : right + 1])
    return cells


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
    return str(cell) if str(cell).strip() else None
