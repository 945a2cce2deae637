"""The records of a delimited text (RFC 4180): a quoted cell may hold line breaks, separators and
doubled quotation marks.

A record is named by the line on which it begins. A quotation mark that is never closed costs its
own line and no more: what follows is read from the next line on.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flows.sources.contracts import Reason

# Nothing that an office writes is longer; no less than Arrow's reader takes, so that both agree.
LONGEST_RECORD = 2 * 1024 * 1024
MOST_LINES_OF_A_RECORD = 100
_BLANK = b" \t\n\r\x0b\x0c"
_MEND = "correct it at the source and deliver the file again"
# Python's cp932 maps these undefined bytes to control and private characters instead of failing.
_NOT_IN_CP932 = re.compile("[\x80-\x9f\xa0\uf8f0-\uf8f3]")

csv.field_size_limit(LONGEST_RECORD)  # records are bounded here, and a cell is no longer than one


@dataclass(frozen=True)
class Text:
    """Lines that end in \\n, in an encoding in which ASCII stands for itself; `encoding_name` says
    the encoding in which they came.
    """

    lines: bytes
    encoding: str
    encoding_name: str


class Record(NamedTuple):
    """A record: its line, its place among the records as a spreadsheet counts rows (both from 1),
    its last line, its fields, and why it is none if it is none.

    In fields with an `undecodable` byte that byte is U+FFFD.
    """

    line: int
    place: int
    last_line: int
    raw: bytes
    fields: list[str]
    undecodable: bool
    reason: Reason | None


def decode(raw: bytes, encoding: str) -> str:
    """Return text; raise UnicodeDecodeError for every byte that the encoding does not know."""
    text = raw.decode(encoding)
    if encoding == "cp932" and _NOT_IN_CP932.search(text):
        raise UnicodeDecodeError("cp932", raw, 0, len(raw), "undefined byte")
    return text


def count_bad_lines(text: Text) -> int:
    """Return how many lines hold a byte that the encoding does not know."""
    if _is_decodable(text.lines, text.encoding):
        return 0
    return sum(not _is_decodable(line, text.encoding) for line in text.lines.split(b"\n"))


def _is_decodable(raw: bytes, encoding: str) -> bool:
    if raw.isascii():  # the same in every encoding that a text is in
        return True
    try:
        decode(raw, encoding)
    except UnicodeDecodeError:
        return False
    return True


def records(
    lines: Sequence[bytes],
    text: Text,
    delimiter: str,
    after: Record | None = None,
) -> Iterator[Record]:
    """Yield the records of lines that come after a record, or at the top; blank ones are none, nor
    those of separators alone, as a spreadsheet saves blank rows.
    """
    separator = delimiter.encode()
    blank = _BLANK.replace(separator, b"")
    above = after.last_line if after else 0
    at, place = 0, after.place if after else 0
    while at < len(lines):
        place += 1
        line = lines[at]
        if not line.strip(blank) or not line.strip(separator):
            at += 1
            continue
        read = _read_quoted(lines, at, text, delimiter) if b'"' in line else None
        fields, undecodable, reason, count = read or _read_line(line, text, delimiter)
        raw = line if count == 1 else b"\n".join(lines[at : at + count])
        first = above + at + 1
        yield Record(first, place, first + count - 1, raw, fields, undecodable, reason)
        at += count


_Read = tuple[list[str], bool, Reason | None, int]


def _read_line(line: bytes, text: Text, delimiter: str) -> _Read:
    if len(line) > LONGEST_RECORD:
        why = f"a line of more than {LONGEST_RECORD:,} bytes; {_MEND}"
        return [], False, Reason("too_long", why), 1
    decoded, undecodable = _decode_leniently(line, text.encoding)
    return decoded.split(delimiter), undecodable, None, 1


def _read_quoted(lines: Sequence[bytes], at: int, text: Text, delimiter: str) -> _Read | None:
    """Read a record with a quotation mark in its first line; None if that line is too long."""
    if len(lines[at]) > LONGEST_RECORD:
        return None
    taken: list[bool] = []

    def following() -> Iterator[str]:
        length = 0
        for line in lines[at : at + MOST_LINES_OF_A_RECORD]:
            length += len(line)
            if length > LONGEST_RECORD:
                return
            decoded, undecodable = _decode_leniently(line, text.encoding)
            taken.append(undecodable)
            yield f"{decoded}\n"

    try:
        fields = next(csv.reader(following(), delimiter=delimiter, strict=True))
    except csv.Error:
        why = f"a quotation mark is opened and not closed as it should be; {_MEND}"
        return [], False, Reason("broken_quotes", why), 1
    return fields, any(taken), None, len(taken)


def _decode_leniently(line: bytes, encoding: str) -> tuple[str, bool]:
    """Return a line as text, and whether U+FFFD stands in it for a byte that is no text."""
    if b"\0" not in line:
        try:
            return decode(line, encoding), False
        except UnicodeDecodeError:
            pass
    decoded = line.decode(encoding, errors="replace").replace("\0", "\ufffd")
    return (_NOT_IN_CP932.sub("\ufffd", decoded) if encoding == "cp932" else decoded), True


def why_no_row(record: Record, delimiter: str, headings: int) -> Reason | None:
    """Say why a record is no row under a heading of so many fields, if it is none."""
    reason = record.reason
    if reason is None and len(record.fields) != headings:
        code = "too_few_fields" if len(record.fields) < headings else "too_many_fields"
        why = f"{len(record.fields)} fields where the heading has {headings}; {_MEND}"
        reason = Reason(code, why)
    if reason is None and record.last_line > record.line:
        reason = _swallowed_rows(record, delimiter, headings)
    return reason and Reason(reason.code, f"{_where(record)}{reason.text}")


def undecodable(record: Record, text: Text) -> Reason:
    """Say that a record holds a byte which is no text."""
    fault = (
        "a NUL byte is no text" if b"\0" in record.raw else f"a byte is not {text.encoding_name}"
    )
    return Reason("undecodable_byte", f"{_where(record)}{fault}; {_MEND}")


def _swallowed_rows(record: Record, delimiter: str, headings: int) -> Reason | None:
    """Refuse a record of which two lines could each be a whole row: a stray quotation mark in each
    would read as one cell, and a row would vanish in it.
    """
    separator = delimiter.encode()
    full = sum(line.count(separator) >= headings - 1 for line in record.raw.split(b"\n"))
    if headings == 1 or full < 2:
        return None
    return Reason("broken_quotes", f"a quoted cell holds what may be a whole row; {_MEND}")


def _where(record: Record) -> str:
    """Tell lines and row where the line on which a record begins does not say it all."""
    if record.last_line > record.line:
        return f"row {record.place}, lines {record.line} to {record.last_line}: "
    return f"row {record.place}, line {record.line}: " if record.place != record.line else ""
