"""Excel workbooks as offices keep them: title rows above the heading, merged cells, several sheets, notes under the table.

A sheet's table begins below the row that holds the contract's headings. Rows above it and notes below it are no rows of the table; every
other row is landed. Formulas give the values that were saved with them. Hidden sheets are left unread, and the manifest says so.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from flows.sources.base import Parsed, RejectedRow, rejected_item
from flows.sources.contracts import Column, Contract, Layout, Reason, landed_batch, lay_out
from flows.sources.pseudonyms import Pseudonyms

# Where a row stands, for every contract of workbooks; the parser fills them in.
SHEET_COLUMNS = (
    Column("sheet_name", ("(シート名)",), is_required=False),
    Column("sheet_row", ("(シートの行)",), "code", is_required=False),
)
_PLACE_HEADINGS = [column.headings[0] for column in SHEET_COLUMNS]
_HEADING_WITHIN_ROWS = 30
_UNPACKED_LIMIT_BYTES = 300_000_000
# A sheet is told by its name if that is one of a sheet, and by its place else: it may be somebody's.
_SHEET_NAME = re.compile(r"[0-9０-９]|回|年|月|一覧|名簿|研修|講座|入門|基礎|シート|[Ss]heet|表|登録|管理|計画")
_NOTE = re.compile(r"\s*(?:[※＊*（(]|注|備考|合\s*計|小\s*計|総\s*計|計\b|以上$)")


@dataclass(frozen=True)
class _Table:
    """A sheet's table: where its columns are, and its rows as text with the number of each in the sheet."""

    layout: Layout
    rows: list[list[str | None]]
    numbers: list[int]


def is_workbook(content: bytes) -> bool:
    """Tell an .xlsx file by its first bytes."""
    return content[:4] == b"PK\x03\x04"


def parse_workbook(content: bytes, contract: Contract, pseudonyms: Pseudonyms) -> Parsed:
    """Parse every visible sheet that holds the contract's table.

    `_source_row` is the row in the sheet; each further sheet's rows go on from the last row of the one before, and `sheet_name` and
    `sheet_row` say where a row stands. A sheet with some but not all of the required headings is one rejected row.
    """
    item_hash = pseudonyms.of_bytes(content)
    damaged = rejected_item("unreadable_item", "it is no whole .xlsx workbook; save it again and deliver it again", item_hash, "xlsx")
    if not _is_sound(content):
        return damaged
    rejected: list[RejectedRow] = []
    notes: list[str] = []
    tables: list[tuple[int, str, _Table]] = []
    first_row = 0
    try:
        for name, cells in _sheets(content, notes):
            found = _table(cells, contract)
            if isinstance(found, _Table):
                tables.append((first_row, name, found))
                notes += [note for note in found.layout.notes if note not in notes]
            elif found:
                sheet_hash = pseudonyms.of_bytes(repr(cells).encode())
                told = f"sheet '{name}': {found.text}"
                rejected.append(RejectedRow(first_row + 1, found.code, told, sheet_hash))
            first_row += len(cells)
    except (CalamineError, ValueError, OSError, OverflowError):
        return damaged
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # the reader's own bugs, which only damaged files have shown
            return damaged
        raise
    if not tables and not rejected:
        wanted = ", ".join(column.headings[0] for column in contract.columns if column.is_required)
        reason = f"no sheet has a heading with {wanted}; correct it at the source, or the contract in {contract.file}"
        return rejected_item("missing_column", reason, item_hash, "xlsx")
    return Parsed("xlsx", _batches(tables, contract, pseudonyms), rejected, tuple(notes))


def _is_sound(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(entry.file_size for entry in archive.infolist()) <= _UNPACKED_LIMIT_BYTES and archive.testzip() is None
    except Exception:  # zipfile raises whatever a damaged archive leads it to: BadZipFile, zlib.error, NotImplementedError, EOFError …
        return False


def _sheets(content: bytes, notes: list[str]) -> Iterator[tuple[str, list[list[Any]]]]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for place, metadata in enumerate(workbook.sheets_metadata):
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        name = metadata.name if _SHEET_NAME.search(metadata.name) else f"シート{place + 1}"
        if metadata.visible != SheetVisibleEnum.Visible:
            notes.append(f"sheet '{name}' is hidden and was left unread")
            continue
        yield name, _cells(workbook.get_sheet_by_index(place))


def _cells(sheet: CalamineSheet) -> list[list[Any]]:
    """Return a sheet's cells from its first row on; of a merged range every cell holds the value."""
    cells = sheet.to_python(skip_empty_area=False)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for row in cells[top : bottom + 1]:
            if len(row) > left and row[left] == "":
                row[left] = cells[top][left]
            # Across columns a merged cell is a title or a note: one cell is enough of it.
            row[left + 1 : right + 1] = [""] * len(row[left + 1 : right + 1])
    return cells


def _table(cells: list[list[Any]], contract: Contract) -> _Table | Reason | None:
    """Return a sheet's table, why its heading cannot be read, or None for one without a table."""
    best: tuple[int, int, Layout] | None = None
    for number, row in enumerate(cells[:_HEADING_WITHIN_ROWS]):
        headings = [_text(cell) or "" for cell in row]
        if sum(bool(heading) for heading in headings) < 2:
            continue
        layout = lay_out([*headings, *_PLACE_HEADINGS], contract, body=_body(cells, number))
        own = len(layout.positions) - len(SHEET_COLUMNS)
        if own > (best[1] if best else 0):
            best = number, own, layout
    if best is None:
        return None
    number, _, layout = best
    return layout.reason or _rows(cells, number, layout, contract)


def _body(cells: list[list[Any]], heading: int) -> bytes:
    return "\n".join(str(cell) for row in cells[heading + 1 :] for cell in row if isinstance(cell, str)).encode()


def _rows(cells: list[list[Any]], heading: int, layout: Layout, contract: Contract) -> _Table:
    width = len(cells[heading])
    places = [layout.positions[each.name] for each in contract.columns if each not in SHEET_COLUMNS and each.name in layout.positions]
    rows: list[list[str | None]] = []
    numbers: list[int] = []
    is_after_a_gap = False
    for number, row in enumerate(cells[heading + 1 :], start=heading + 2):
        texts = [_text(cell) for cell in row[:width]]
        if not any(texts):
            is_after_a_gap = bool(rows)
            continue
        first = next(text for text in texts if text)
        if sum(bool(texts[place]) for place in places) <= 1 and (is_after_a_gap or _NOTE.match(first)):
            continue
        rows.append(texts)
        numbers.append(number)
    return _Table(layout, rows, numbers)


def _text(cell: Any) -> str | None:
    """Return a cell as text: days as ISO, numbers without an empty fraction, nothing as None."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float | int):
        return format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell) if str(cell).strip() else None


def _batches(tables: list[tuple[int, str, _Table]], contract: Contract, pseudonyms: Pseudonyms) -> Iterator[pa.RecordBatch]:
    for first_row, name, table in tables:
        places = [[name, str(number)] for number in table.numbers]
        rows = [[*row, *place] for row, place in zip(table.rows, places, strict=True)]
        yield landed_batch(rows, [first_row + number for number in table.numbers], table.layout, contract, pseudonyms)
