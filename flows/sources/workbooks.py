"""Excel workbooks as offices keep them: title rows above the heading, merged cells, several sheets,
notes under the table.

A sheet's table begins below the row that holds the contract's headings. Rows above it, notes below
it and its sums are no rows of the table; every other row is landed. Formulas give the values that
were saved with them. A sheet that is hidden, or has no such heading, is left unread, and the
manifest says so.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from flows.sources.base import Parsed, RejectedRow, rejected_item
from flows.sources.contracts import Column, Contract, Layout, Reason, landed_batch, lay_out
from flows.sources.packed import Unreadable, unpack
from flows.sources.pseudonyms import Pseudonyms
from flows.sources.sheets import NO_VALUE, Sheet, read_sheets

# Where a row stands, for every contract of workbooks; the parser fills them in.
SHEET_COLUMNS = (
    Column("sheet_name", ("(シート名)",), is_required=False),
    Column("sheet_row", ("(シートの行)",), "code", is_required=False),
)
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_ZIPPED, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PLACE_HEADINGS = [column.headings[0] for column in SHEET_COLUMNS]
_HEADING_WITHIN_ROWS = 30
_DAMAGED = "it is no whole workbook; save it again and deliver it again"
_NAMED_AT_MOST = 20
_UNPACKED_LIMIT_BYTES = 300_000_000
# A sheet is named by its name if that is one of a sheet, and by its place else: it may be
# somebody's.
_SHEET_NAME = re.compile(
    r"[0-9０-９]|回|年|月|一覧|名簿|研修|講座|入門|基礎|シート|[Ss]heet|表|登録|管理|計画"
)
_TOTAL = r"[合小総累]\s*計|計\b"
_SUM = re.compile(rf"\s*(?:{_TOTAL})\s*")
_NOTE = re.compile(rf"\s*(?:[※＊*（(]|注|備考|{_TOTAL}|以上$)")


@dataclass(frozen=True)
class _Table:
    """A sheet's table: where its columns are, and its rows as text with the number of each in the
    sheet.
    """

    layout: Layout
    rows: list[list[str | None]]
    numbers: list[int]


def is_workbook(content: bytes) -> bool:
    """Tell a workbook by its first bytes: .xlsx, .xlsm, .xlsb and .ods are archives, .xls is a
    compound file.
    """
    return content.startswith((_ZIPPED, _COMPOUND))


def parse_workbook(content: bytes, contract: Contract, pseudonyms: Pseudonyms) -> Parsed:
    """Parse every visible sheet that holds the contract's table.

    `_source_row` is the row in the sheet; each further sheet's rows go on from the last row of the
    one before, and `sheet_name` and `sheet_row` say where a row stands. A sheet with some but not
    all of the required headings is one rejected row.
    """
    item_hash = pseudonyms.of_bytes(content)
    try:
        content = _whole(unpack(content))
    except Unreadable as error:
        return rejected_item("unreadable_item", str(error), item_hash, "xlsx")
    rejected: list[RejectedRow] = []
    notes: list[str] = []
    unread: list[str] = []
    tables: list[tuple[int, str, _Table]] = []
    first_row = 0
    try:
        for name, sheet in _sheets(content, notes):
            found = _table(sheet, contract)
            if isinstance(found, _Table) and _is_there(found, tables):
                notes.append(f"sheet '{name}' is the same as one before it and was left unread")
            elif isinstance(found, _Table):
                tables.append((first_row, name, found))
                notes += [note for note in found.layout.notes if note not in notes]
            elif found:
                sheet_hash = pseudonyms.of_bytes(repr(sheet.rows).encode())
                why = f"sheet '{name}': {found.text}"
                rejected.append(RejectedRow(first_row + 1, found.code, why, sheet_hash))
            else:
                unread += _unread(name, sheet)
            first_row += sheet.last_row
    except MemoryError:
        raise
    except BaseException as error:
        # Readers of workbooks raise whatever a damaged one leads them to, and a panic of calamine's
        # is no Exception.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            return rejected_item("unreadable_item", _DAMAGED, item_hash, "xlsx")
        raise
    if not tables and not rejected:
        wanted = ", ".join(column.headings[0] for column in contract.columns if column.is_required)
        reason = (
            f"no sheet has a heading with {wanted}; correct it at the source, or the contract in"
            f" {contract.file}"
        )
        return rejected_item("missing_column", reason, item_hash, "xlsx")
    notes += _first(unread)
    return Parsed("xlsx", _batches(tables, contract, pseudonyms), rejected, tuple(notes))


def _unread(name: str, sheet: Sheet) -> list[str]:
    """Say that a sheet was left unread, unless there is nothing on it."""
    if not sheet.rows:
        return []
    return [f"sheet '{name}' has no heading of the contract and was left unread"]


def _first(unread: list[str]) -> list[str]:
    more = len(unread) - _NAMED_AT_MOST
    told = [f"{more} more sheets have no heading of the contract"] if more > 0 else []
    return unread[:_NAMED_AT_MOST] + told


def _is_there(table: _Table, tables: list[tuple[int, str, _Table]]) -> bool:
    """Tell a sheet that was copied within its workbook from one that says something else."""
    return bool(table.rows) and any(table == other for _, _, other in tables)


def _whole(content: bytes) -> bytes:
    """Return a workbook; raise Unreadable for one that is damaged or encrypted, which lies as one
    stream in a compound file.
    """
    if content.startswith(_COMPOUND) and "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable("the workbook is locked with a password; deliver it without one")
    if not _is_sound(content):
        raise Unreadable(_DAMAGED)
    return content


def _is_sound(content: bytes) -> bool:
    if content.startswith(_COMPOUND):  # nothing in it is packed
        return len(content) <= _UNPACKED_LIMIT_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return (
                sum(entry.file_size for entry in archive.infolist()) <= _UNPACKED_LIMIT_BYTES
                and archive.testzip() is None
            )
    except Exception:  # zipfile raises whatever a damaged archive leads it to: BadZipFile, zlib.error, NotImplementedError, EOFError …
        return False


def _sheets(content: bytes, notes: list[str]) -> Iterator[tuple[str, Sheet]]:
    for sheet in read_sheets(content):
        name = sheet.name if _SHEET_NAME.search(sheet.name) else f"シート{sheet.place + 1}"
        if sheet.is_visible:
            yield name, sheet
        else:
            notes.append(f"sheet '{name}' is hidden and was left unread")


def _table(sheet: Sheet, contract: Contract) -> _Table | Reason | None:
    """Return a sheet's table, why its heading cannot be read, or None for one without a table."""
    best: tuple[int, int, Layout] | None = None
    for place, (number, cells) in enumerate(sheet.rows):
        if number > _HEADING_WITHIN_ROWS:
            break
        if sum(bool(cell) for cell in cells) < 2:
            continue
        layout = lay_out(
            [*(cell or "" for cell in cells), *_PLACE_HEADINGS], contract, body=_body(sheet, place)
        )
        own = len(layout.positions) - len(SHEET_COLUMNS)
        if own > (best[1] if best else 0):
            best = place, own, layout
    if best is None:
        return None
    place, _, layout = best
    return layout.reason or _rows(sheet, place, layout, contract)


def _body(sheet: Sheet, heading: int) -> bytes:
    return "\n".join(
        cell for _, cells in sheet.rows[heading + 1 :] for cell in cells if cell
    ).encode()


def _rows(sheet: Sheet, heading: int, layout: Layout, contract: Contract) -> _Table:
    last_number, headings = sheet.rows[heading]
    width = len(headings)
    columns = {
        layout.positions[each.name]: each
        for each in contract.columns
        if each not in SHEET_COLUMNS and each.name in layout.positions
    }
    rows: list[list[str | None]] = []
    numbers: list[int] = []
    notes: list[tuple[int, list[str | None]]] = []  # unless the table goes on below them
    is_after_a_gap = False
    for number, cells in sheet.rows[heading + 1 :]:
        texts = [*cells[:width], *[None] * (width - len(cells))]
        if not any(texts):  # what stands beside the table is none of it
            continue
        is_after_a_gap = is_after_a_gap or (bool(rows) and number > last_number + 1)
        last_number = number
        first = next(text for text in texts if text)
        own = [texts[place] or "" for place in columns]
        is_short = sum(map(bool, own)) <= 1
        if any(map(_SUM.fullmatch, [first, *own])) or (is_short and _NOTE.match(first)):
            continue
        _forget_what_is_not_its_own(texts, number, columns, sheet)
        if is_short and is_after_a_gap:
            notes.append((number, texts))
            continue
        for noted, found in [*notes, (number, texts)]:
            rows.append(found)
            numbers.append(noted)
        notes.clear()
    return _Table(layout, rows, numbers)


def _forget_what_is_not_its_own(
    texts: list[str | None], number: int, columns: dict[int, Column], sheet: Sheet
) -> None:
    """Leave blank a number that a merged cell says of several rows at once, as it would be added up
    several times; and nobody is called as a formula without a value.
    """
    for place, column in columns.items():
        is_of_another_row = column.kind == "number" and (number, place) in sheet.spread
        if is_of_another_row or (column.is_personal and texts[place] == NO_VALUE):
            texts[place] = None


def _batches(
    tables: list[tuple[int, str, _Table]], contract: Contract, pseudonyms: Pseudonyms
) -> Iterator[pa.RecordBatch]:
    for first_row, name, table in tables:
        places = [[name, str(number)] for number in table.numbers]
        rows = [[*row, *place] for row, place in zip(table.rows, places, strict=True)]
        yield landed_batch(
            rows,
            [first_row + number for number in table.numbers],
            table.layout,
            contract,
            pseudonyms,
        )
