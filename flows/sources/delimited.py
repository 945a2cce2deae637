"""Comma-separated files as municipal systems write them: UTF-8 with or without BOM or CP932, plain or gzip, one line a row.

A regular file takes Arrow's reader; the first irregularity sends the whole item through a line-by-line reading that names every bad line.
"""

import csv
import io
import re
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.csv as pacsv

from flows.sources.base import Parsed, RejectedRow, rejected_item
from flows.sources.contracts import Contract, Layout, landed_arrays, landed_batch, lay_out, plain_heading
from flows.sources.packed import Unreadable, unpack
from flows.sources.pseudonyms import Pseudonyms

_BATCH_ROWS = 65_536
_ENCODINGS = ("utf-8", "cp932")
# Python's cp932 maps these undefined bytes to control and private characters instead of failing.
_NOT_IN_CP932 = re.compile("[\x80-\x9f\xa0\uf8f0-\uf8f3]")


class _Irregular(Exception):
    """The fast reading does not account for every line."""


def parse_delimited(content: bytes, contract: Contract, pseudonyms: Pseudonyms) -> Parsed:
    """Parse a delimited file into the contract's columns; columns that it does not name are left behind unread.

    `_source_row` is the 1-based line in the file. A line with an undecodable byte, a wrong number of fields or broken quotes is rejected; a
    file without one of the contract's headings, or one that does not unpack, is rejected as an item. Blank lines are no rows.
    """
    item_hash = pseudonyms.of_bytes(content)
    try:
        content = unpack(content)
    except Unreadable as error:
        return rejected_item("unreadable_item", str(error), item_hash)
    has_mark = content.startswith(b"\xef\xbb\xbf")
    lines = content.removeprefix(b"\xef\xbb\xbf")
    if b"\r" in lines:
        lines = lines.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not lines.strip():
        return rejected_item("empty_item", "the file is empty: it has not even a heading", item_hash)
    encoding, headings = _encoding_and_headings(lines, contract)
    layout = lay_out(headings, contract, body=lines.partition(b"\n")[2])
    if layout.missing:
        return rejected_item("missing_column", layout.missing, item_hash, encoding)
    name = "utf-8-sig" if has_mark else encoding
    try:
        table = _read_regular(lines, encoding, headings, layout, contract, pseudonyms)
    except (_Irregular, UnicodeDecodeError, pa.ArrowInvalid):
        rejected: list[RejectedRow] = []
        batches = _read_line_by_line(lines, encoding, headings, layout, contract, pseudonyms, rejected)
        return Parsed(name, batches, rejected, layout.notes)
    return Parsed(name, iter(table.to_batches(max_chunksize=_BATCH_ROWS)), notes=layout.notes)


def _encoding_and_headings(lines: bytes, contract: Contract) -> tuple[str, list[str]]:
    """Choose the encoding in which the heading reads as the contract says, and of two such the one with fewer bad lines."""
    first = lines.split(b"\n", 1)[0]
    candidates: list[tuple[int, str, list[str]]] = []
    for encoding in _ENCODINGS:
        try:
            headings = [plain_heading(heading) for heading in next(csv.reader([_decode(first, encoding)]), [])]
        except (UnicodeDecodeError, csv.Error):
            continue
        candidates.append((len(lay_out(headings, contract).positions), encoding, headings))
    best: tuple[int, str, list[str]] | None = None
    for known, encoding, headings in candidates:
        if known < max(candidates)[0]:
            continue
        bad_lines = _bad_lines(lines, encoding)
        if best is None or bad_lines < best[0]:
            best = bad_lines, encoding, headings
        if bad_lines == 0:  # no other encoding can do better, and decoding CP932 is half of the time that landing takes
            break
    return best[1:] if best else ("unknown", [])


def _decode(line: bytes, encoding: str) -> str:
    text = line.decode(encoding)
    if encoding == "cp932" and _NOT_IN_CP932.search(text):
        raise UnicodeDecodeError("cp932", line, 0, len(line), "undefined byte")
    return text


def _bad_lines(lines: bytes, encoding: str) -> int:
    try:
        _decode(lines, encoding)
    except UnicodeDecodeError:
        return sum(not _is_decodable(line, encoding) for line in lines.split(b"\n"))
    return 0


def _is_decodable(line: bytes, encoding: str) -> bool:
    try:
        _decode(line, encoding)
    except UnicodeDecodeError:
        return False
    return True


def _read_regular(lines: bytes, encoding: str, headings: list[str], layout: Layout, contract: Contract, pseudonyms: Pseudonyms) -> pa.Table:
    text = _decode(lines, encoding)  # also the strict check of UTF-8
    body = (lines if encoding == "utf-8" else text.encode()).rstrip(b"\n") + b"\n"
    if b"\n\n" in body:
        raise _Irregular
    expected_rows = body.count(b"\n") - 1
    if expected_rows == 0:
        return contract.schema.empty_table()
    positions = [str(position) for position in range(len(headings))]
    kept = [column for column in contract.columns if column.name in layout.positions]
    table = pacsv.read_csv(
        io.BytesIO(body),
        read_options=pacsv.ReadOptions(column_names=positions, skip_rows=1, use_threads=True),
        parse_options=pacsv.ParseOptions(ignore_empty_lines=False),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(positions, pa.string()),
            include_columns=[positions[layout.positions[column.name]] for column in kept],
            check_utf8=False,
        ),
    )
    if table.num_rows != expected_rows:
        raise _Irregular
    found = {column.name: array.combine_chunks() for column, array in zip(kept, table.columns, strict=True)}
    nothing = pa.nulls(expected_rows, pa.string())
    columns = [array for column in contract.columns for array in landed_arrays(found.get(column.name, nothing), column, pseudonyms)]
    source_rows = pa.array(range(2, expected_rows + 2), pa.int64())
    return pa.table([*columns, source_rows], schema=contract.schema)


def _read_line_by_line(
    lines: bytes,
    encoding: str,
    headings: list[str],
    layout: Layout,
    contract: Contract,
    pseudonyms: Pseudonyms,
    rejected: list[RejectedRow],
) -> Iterator[pa.RecordBatch]:
    kept: list[list[str]] = []
    source_rows: list[int] = []
    for number, line in enumerate(lines.split(b"\n"), start=1):
        if number == 1 or not line.strip():
            continue
        fields, problem = _fields(line, encoding, len(headings))
        if problem and problem[0] == "undecodable_byte":
            fields, problem = _fields_unreadable(line, encoding, headings, layout, contract) or (fields, problem)
        if problem:
            rejected.append(RejectedRow(number, *problem, pseudonyms.of_bytes(line)))
            continue
        kept.append(fields)
        source_rows.append(number)
        if len(kept) == _BATCH_ROWS:
            yield landed_batch(kept, source_rows, layout, contract, pseudonyms)
            kept, source_rows = [], []
    yield landed_batch(kept, source_rows, layout, contract, pseudonyms)


def _fields(line: bytes, encoding: str, expected: int) -> tuple[list[str], tuple[str, str] | None]:
    try:
        fields = next(csv.reader([_decode(line, encoding)], strict=True))
    except UnicodeDecodeError:
        return [], (
            "undecodable_byte",
            f"a byte is not {encoding}; correct it at the source and deliver the file again",
        )
    except (csv.Error, StopIteration):
        return [], ("broken_quotes", "a quotation mark is opened and not closed; correct it at the source and deliver the file again")
    if len(fields) != expected:
        code = "too_few_fields" if len(fields) < expected else "too_many_fields"
        return [], (code, f"{len(fields)} fields where the heading has {expected}; correct it at the source and deliver the file again")
    return fields, None


def _fields_unreadable(
    line: bytes, encoding: str, headings: list[str], layout: Layout, contract: Contract
) -> tuple[list[str], None] | None:
    """Return the fields of a line whose undecodable bytes all lie in columns that are landed unreadable; None for any other line."""
    tolerant = {
        layout.positions[column.name] for column in contract.columns if column.landed_unreadable and column.name in layout.positions
    }
    fields = _NOT_IN_CP932.sub("\ufffd", line.decode(encoding, errors="replace")).split(",")
    if len(fields) != len(headings) or '"' in "".join(fields):
        return None
    unreadable = {place for place, field in enumerate(fields) if "\ufffd" in field}
    return (fields, None) if unreadable <= tolerant else None
