"""Delimited files as municipal systems and offices write them, plain or packed: whatever separator,
encoding and line ends they have, and a title above the heading.

A regular file takes Arrow's reader; the first irregularity sends the whole item through a reading
record by record that names every bad one.
"""

import re
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.csv as pacsv

from flows.sources.base import Parsed, RejectedRow, rejected_item
from flows.sources.contracts import Contract, Reason, landed_arrays, landed_batch
from flows.sources.dialects import Dialect, recognise, rows_above, texts_of
from flows.sources.packed import Unreadable, unpack
from flows.sources.pseudonyms import Pseudonyms
from flows.sources.records import Record, decode, records, undecodable, why_no_row

# Excel's "Unicode text" is a .txt of tabs.
DELIMITED_ENDINGS = (".csv", ".tsv", ".txt")
_BATCH_ROWS = 65_536
_ABOVE = Reason(
    "above_heading",
    "it stands above the heading and looks like a row; move the heading above the table",
)


class _Irregular(Exception):
    """The fast reading does not account for every record."""


def parse_delimited(content: bytes, contract: Contract, pseudonyms: Pseudonyms) -> Parsed:
    """Parse a delimited file into the contract's columns; others are left behind unread.

    `_source_row` is the 1-based line on which a record begins. A record with an undecodable byte, a
    wrong number of fields or broken quotes is rejected, and so is a row above the heading; a file
    that has not one heading with the contract's columns, or does not unpack, is rejected as an
    item. Blank lines and titles above the heading are no rows; what follows the table is.
    """
    delivered = content
    try:
        content = unpack(content)
    except Unreadable as error:
        return rejected_item("unreadable_item", str(error), pseudonyms.of_bytes(delivered))
    texts = texts_of(content)
    if all(not text.lines.strip() for text in texts):
        why = "the file is empty: it has not even a heading"
        return rejected_item("empty_item", why, pseudonyms.of_bytes(delivered))
    dialect = recognise(texts, contract)
    if isinstance(dialect, Reason):
        item_hash = pseudonyms.of_bytes(delivered)
        return rejected_item(
            *dialect, item_hash, texts[0].encoding_name if len(texts) == 1 else "unknown"
        )
    rejected = [_rejected(record, _ABOVE, pseudonyms) for record in rows_above(dialect)]
    notes, encoding = dialect.layout.notes, dialect.text.encoding_name
    try:
        table = _read_regular(dialect, contract, pseudonyms)
    except (_Irregular, UnicodeDecodeError, pa.ArrowInvalid):
        batches = _read_by_record(dialect, contract, pseudonyms, rejected)
        return Parsed(encoding, batches, rejected, notes)
    return Parsed(encoding, iter(table.to_batches(max_chunksize=_BATCH_ROWS)), rejected, notes)


def _rejected(record: Record, reason: Reason, pseudonyms: Pseudonyms) -> RejectedRow:
    return RejectedRow(record.line, *reason, pseudonyms.of_bytes(record.raw))


def _read_regular(dialect: Dialect, contract: Contract, pseudonyms: Pseudonyms) -> pa.Table:
    """Read a text whose every line below the heading is a row, as all of them should be."""
    body, start = _body(dialect)
    first_line = dialect.heading.last_line + 1
    expected_rows = body.count(b"\n", start)
    if expected_rows == 0:
        return contract.schema.empty_table()
    layout = dialect.layout
    positions = [str(position) for position in range(len(dialect.headings))]
    kept = [column for column in contract.columns if column.name in layout.positions]
    table = pacsv.read_csv(
        pa.BufferReader(memoryview(body)[start:]),
        read_options=pacsv.ReadOptions(column_names=positions),
        parse_options=pacsv.ParseOptions(delimiter=dialect.delimiter),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(positions, pa.string()),
            include_columns=[positions[layout.positions[column.name]] for column in kept],
            check_utf8=False,
        ),
    )
    if table.num_rows != expected_rows:  # a blank line is no row to Arrow
        raise _Irregular
    names = [column.name for column in kept]
    found = dict(zip(names, [each.combine_chunks() for each in table.columns], strict=True))
    nothing = pa.nulls(expected_rows, pa.string())
    columns: list[pa.Array] = []
    for column in contract.columns:
        columns += landed_arrays(found.get(column.name, nothing), column, pseudonyms)
    source_rows = pa.arange(first_line, first_line + expected_rows)
    return pa.table([*columns, source_rows], schema=contract.schema)


def _body(dialect: Dialect) -> tuple[bytes, int]:
    """Return the text as strict UTF-8 and where the table begins in it; raise what is irregular."""
    text = dialect.text
    body = text.lines
    if not body.isascii():
        decoded = decode(body, text.encoding)  # also the strict check of UTF-8
        body = body if text.encoding == "utf-8" else decoded.encode()
    if not body.endswith(b"\n") or body.endswith(b"\n\n"):
        body = body.rstrip(b"\n") + b"\n"
    start = 0
    for _ in range(dialect.heading.last_line):
        start = body.index(b"\n", start) + 1
    # A spreadsheet saves a blank row as separators alone.
    blank = dialect.delimiter.encode() * (len(dialect.headings) - 1)
    if body.find(b"\n" + blank + b"\n", start - 1) >= 0:
        raise _Irregular
    # Without a quotation mark every line is a record; NUL is no text.
    if body.find(b"\0", start) >= 0:
        raise _Irregular
    if body.find(b'"', start) >= 0 and not _is_well_quoted(body, start, dialect.delimiter):
        raise _Irregular
    return body, start


def _is_well_quoted(body: bytes, start: int, delimiter: str) -> bool:
    """Tell whether every cell is quoted as a whole, or not at all, and ends on its line: of others
    Arrow's reader makes what it can."""
    mark = re.escape(delimiter.encode())
    cell = rb'(?:"(?:[^"\n]++|"")*+"|[^"\n' + mark + rb"]*+)"
    return re.compile(rb"(?:" + cell + rb"[\n" + mark + rb"])*+").fullmatch(body, start) is not None


def _read_by_record(
    dialect: Dialect,
    contract: Contract,
    pseudonyms: Pseudonyms,
    rejected: list[RejectedRow],
) -> Iterator[pa.RecordBatch]:
    kept: list[list[str]] = []
    source_rows: list[int] = []
    tolerant = {
        dialect.layout.positions[column.name]
        for column in contract.columns
        if column.landed_unreadable and column.name in dialect.layout.positions
    }
    for record in _records_below(dialect):
        reason = _why_no_row(record, dialect, tolerant)
        if reason:
            rejected.append(_rejected(record, reason, pseudonyms))
            continue
        kept.append(record.fields)
        source_rows.append(record.line)
        if len(kept) == _BATCH_ROWS:
            yield landed_batch(kept, source_rows, dialect.layout, contract, pseudonyms)
            kept, source_rows = [], []
    yield landed_batch(kept, source_rows, dialect.layout, contract, pseudonyms)


def _records_below(dialect: Dialect) -> Iterator[Record]:
    heading = dialect.heading
    lines = dialect.text.lines.split(b"\n")[heading.last_line :]
    return records(lines, dialect.text, dialect.delimiter, after=heading)


def _why_no_row(record: Record, dialect: Dialect, tolerant: set[int]) -> Reason | None:
    """Say why a record is no row. A byte that is no text may stand in columns landed unreadable."""
    reason = why_no_row(record, dialect.delimiter, len(dialect.headings))
    if not record.undecodable:
        return reason
    unreadable = {place for place, field in enumerate(record.fields) if "\ufffd" in field}
    return undecodable(record, dialect.text) if reason or not unreadable <= tolerant else None
