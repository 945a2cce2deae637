"""Which dialect a delimited file is in: its encoding, its separator and the line of its heading.

All three are recognised from the heading that the contract knows, never from values. Lines above
the heading (a title, `sep=;`) are no rows. What two headings or dialects fit equally is ambiguous.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flows.sources.contracts import Contract, Layout, Reason, lay_out, plain_heading
from flows.sources.records import Record, Text, count_bad_lines, records

DELIMITERS = (",", "\t", ";")
_HEADING_WITHIN_LINES = 30
_HEAD_BYTES = 4 * 1024 * 1024
# UTF-16 without a mark shows by its first line ends.
_MARKED_BYTES = 256 * 1024
_MOST_COLUMNS = 16_384  # as many as a worksheet has
_UTF_16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True)
class Dialect:
    """How an item is to be read: its text, its separator and its heading."""

    text: Text
    delimiter: str
    heading: Record
    headings: list[str]
    layout: Layout


def texts_of(content: bytes) -> list[Text]:
    """Return what the bytes may say: one text for each encoding that they may be in, likely first.

    A byte-order mark tells UTF-16; without one, line ends of two bytes make it possible.
    """
    encoding = _UTF_16_MARKS.get(content[:2])
    if encoding:
        return [_transcoded(content[2:], encoding)]
    has_mark = content.startswith(codecs.BOM_UTF8)
    lines = _ended_alike(content.removeprefix(codecs.BOM_UTF8))
    texts = [
        Text(lines, "utf-8", "utf-8-sig" if has_mark else "utf-8"),
        Text(lines, "cp932", "cp932"),
    ]
    for encoding in _UTF_16_MARKS.values():
        if any(content.find(end.encode(encoding), 0, _MARKED_BYTES) >= 0 for end in "\r\n"):
            texts.append(_transcoded(content, encoding))
    return texts


def _transcoded(content: bytes, encoding: str) -> Text:
    """Return UTF-16 as UTF-8; half a pair of surrogates or of bytes stays what is no text."""
    whole = content[: len(content) // 2 * 2]
    lines = whole.decode(encoding, "surrogatepass").encode("utf-8", "surrogatepass")
    return Text(_ended_alike(lines + b"\xff" * (len(content) % 2)), "utf-8", encoding)


def _ended_alike(lines: bytes) -> bytes:
    return lines.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in lines else lines


def recognise(texts: list[Text], contract: Contract) -> Dialect | Reason:
    """Return the one dialect in which an item has the contract's heading, or why there is none."""
    candidates = [each for text in texts for each in _candidates(text, contract)]
    if not candidates:
        wanted = ", ".join(each.headings[0] for each in contract.columns if each.is_required)
        return Reason(
            "missing_column",
            f"none of the first {_HEADING_WITHIN_LINES} lines is a heading with {wanted}; "
            f"correct it at the source, or the contract in {contract.file}",
        )
    whole = [each for each in candidates if not each.layout.missing]
    if len({(each.delimiter, tuple(each.headings)) for each in whole}) > 1:
        return _ambiguous(whole)
    # The same heading again, further down, is a row that will be held back.
    best = _first(whole) if whole else max(candidates, key=lambda each: len(each.layout.positions))
    if len(best.headings) > _MOST_COLUMNS:
        why = f"the heading has more than {_MOST_COLUMNS:,} fields; correct it at the source"
        return Reason("too_many_fields", why)
    layout = lay_out(best.headings, contract, body=_below(best, contract))
    return layout.reason or replace(best, layout=layout)


def _candidates(text: Text, contract: Contract) -> Iterator[Dialect]:
    lines = text.lines[:_HEAD_BYTES].split(b"\n", _HEADING_WITHIN_LINES)
    for delimiter in DELIMITERS:
        for record in records(lines[:_HEADING_WITHIN_LINES], text, delimiter):
            if record.reason or record.undecodable or sum(map(bool, record.fields)) < 2:
                continue
            headings = [plain_heading(field) for field in record.fields[: _MOST_COLUMNS + 1]]
            if contract.known_headings.isdisjoint(headings):
                continue
            layout = lay_out(headings, contract)
            if layout.positions:
                yield Dialect(text, delimiter, record, headings, layout)


def _first(whole: list[Dialect]) -> Dialect:
    """Return the uppermost heading, in the encoding in which fewest lines are no text."""
    top = min(each.heading.line for each in whole)
    best, *others = [each for each in whole if each.heading.line == top]
    if not others:
        return best
    fewest = count_bad_lines(best.text)
    for each in others:
        if fewest == 0:  # decoding CP932 is half of the time that landing takes
            break
        bad_lines = count_bad_lines(each.text)
        if bad_lines < fewest:
            best, fewest = each, bad_lines
    return best


def _ambiguous(whole: list[Dialect]) -> Reason:
    lines = sorted({each.heading.line for each in whole})
    why = (
        f"lines {', '.join(map(str, lines))} are each a heading of the contract, and not alike"
        if len(lines) > 1
        else f"line {lines[0]} is the heading of the contract in more than one way"
    )
    return Reason("ambiguous_heading", f"{why}; deliver one table alone, with one heading")


def _below(dialect: Dialect, contract: Contract) -> bytes:
    """Return what stands below a heading; nothing of it is needed when every heading is known."""
    if contract.known_headings.issuperset(dialect.headings):
        return b""
    return dialect.text.lines.split(b"\n", dialect.heading.last_line)[-1]


def rows_above(dialect: Dialect) -> Iterator[Record]:
    """Yield what stands above the heading and looks like a row of its table: a title has other
    fields, or a single one of the table's own columns."""
    lines = dialect.text.lines[:_HEAD_BYTES].split(b"\n", dialect.heading.line)[
        : dialect.heading.line - 1
    ]
    for record in records(lines, dialect.text, dialect.delimiter):
        if record.reason is None and len(record.fields) == len(dialect.headings):
            own = [record.fields[place] for place in dialect.layout.positions.values()]
            if sum(bool(field.strip()) for field in own) > 1:
                yield record
