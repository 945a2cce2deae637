"""What a source may hand over: the columns that are kept, what each is called there, of what kind
it is and whether it names people.

A contract is the one place in which a source's columns, owner and rhythm stand. What it does not
name is left behind unread, and what does not look like its kind is covered before it is written: a
name in a column of dates must not reach the disk.
"""

import difflib
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from flows.sources.japanese_cells import read_date, read_exact_number
from flows.sources.pseudonyms import Pseudonyms

Kind = Literal["text", "title", "code", "word", "department", "date", "number", "timestamp", "link"]

COVERED = "＊＊＊"
SOURCE_ROW = "_source_row"
_NAMED_AT_MOST = 20
# No day and no number is longer; reading takes the longer the more a text looks like one.
_LONGEST_READ = 100

# What a value of each kind may be made of; anything else may be somebody's name and is covered.
_LOOKS: dict[Kind, str] = {
    # What something is called: of five characters and more, with a particle in it, which names of
    # people have not.
    "title": r"(?=.*[のをにと]).{5,120}",
    # Japanese letters only before a number, as no name has them: 福祉-0012, 第12号.
    "code": (
        r"[A-Za-z0-9_.:\-]{0,64}"
        r"|[ぁ-んァ-ヶー々\u3400-\u9fff]{0,8}[A-Za-zＡ-Ｚａ-ｚ_.:/()（）#№ 　‐－\-]{0,12}[0-9０-９]"
        r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９_.:/()（） 　‐－\-]{0,30}[号番]?"
    ),
    "date": (
        r"[0-9０-９\s/／.．\-－年月日度元令和平成昭和RHSrhsＲＨＳ()（）月火水木金土日:T]{0,40}"
        r"|[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}[T ][0-9:.]{4,15} ?(?:[Zz]|[+\-][0-9:]{2,5})"
    ),
    "number": (
        r"[0-9０-９\s,，.．+\-－▲△"
        r"約程度以上未満超下内合計延べ％%名人件業務所属十百千万億兆円全行のを達成]{0,40}"
        # More words about numbers, some of which are in names of people: only where there is a
        # digit.
        r"|(?=.*[0-9０-９])[0-9０-９\s,，.．+\-－▲△~～〜"
        r"約程度以上未満超下内合計延べ％%名人者件増減割分厘倍弱強余"
        r"前後概ねおよそほぼパーセント]{1,40}"
    ),
    "link": r"https?://[\w.\-/#%?=&~+:,]{1,300}",
    "timestamp": r"[0-9TtZz\s:./+\-]{0,40}",
    # An office, or bytes that were garbled on the way: the audit has to see those. One mark, one
    # accent or two words in kana may be somebody's name (José, ﾔﾏﾀﾞ ﾊﾅｺ).
    "department": (
        r".{2,60}(?:局|室|区|会|所|部|課|署|校|園|館|庁|場|院|センター|担当)"
        r"|.{0,60}\ufffd.{0,60}|.{0,60}\?{2}.{0,60}|(?:.{0,30}[\u0080-\u024f]){3}.{0,60}"
        r"|(?=.*[\u3400-\u9fff]|\S+$).{0,60}[\uff61-\uff9f].{0,60}"
    ),
}
# Mail and IP addresses and telephone numbers, wherever they stand; and twelve digits, which are a
# resident's number (個人番号) where a day or a count should be.
_ADDRESS = (
    r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+|[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}"
    r"|0[0-9]{1,4}-[0-9]{1,4}-[0-9]{3,4}"
)
_RESIDENT = re.compile(r"[0-9０-９]{12}")
# A column of millions of stamps that all look like this is not looked at value by value.
_PLAIN_STAMP = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z?$"


@dataclass(frozen=True)
class Column:
    """A column that is kept: its landed name and its headings at the source, the first of which is
    shown to its owner.

    A personal column is landed as pseudonyms. A `word` is one of `words`; free `text` is kept but
    for addresses in it. A date or number that is `read_on_landing` is landed twice: read (ISO day,
    plain number; null when it cannot be read), and as written, in `<name>_raw`; SQL reads those of
    large files. An undecodable byte rejects its row, except in a column that is
    `landed_unreadable`: there it becomes U+FFFD, for the audit to see; else a garbled department
    would only be missing, and the rate wrong. A number is read if it is exact (約3 is not), and
    bare or in one of the `units`.
    """

    name: str
    headings: tuple[str, ...]
    kind: Kind = "text"
    is_personal: bool = False
    is_required: bool = True
    words: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    read_on_landing: bool = False
    landed_unreadable: bool = False

    @property
    def landed_names(self) -> tuple[str, ...]:
        """Return the names of the columns that this one is landed as."""
        return (self.name, f"{self.name}_raw") if self.read_on_landing else (self.name,)


@dataclass(frozen=True)
class Contract:
    """A source's contract. `left_behind` names headings that are known and never read, so that they
    are no news.

    `delivers_within_days` is how long a source that delivers regularly may be silent;
    `may_be_stale_days` is for how long a night may go on with what it last delivered while it
    cannot be reached; for longer it goes on without a source that is not required. A source that
    `grows` has deliveries that many hands may land and fold at once, where an engine has them. Of a
    source that `is_register` the rows mean the same whatever their file is called, so that a copy
    of a file under another name is counted with it.
    """

    source_name: str
    version: int
    name_ja: str
    name_en: str
    owner_ja: str
    owner_en: str
    columns: tuple[Column, ...]
    may_be_stale_days: int
    left_behind: tuple[str, ...] = ()
    delivers_within_days: int | None = None
    is_required: bool = True
    grows: bool = False
    is_register: bool = False

    @cached_property
    def landed_names(self) -> tuple[str, ...]:
        """Return the names of all landed columns, `_source_row` aside."""
        return tuple(name for column in self.columns for name in column.landed_names)

    @cached_property
    def schema(self) -> pa.Schema:
        """Return the Parquet schema of a landed item: text columns, then `_source_row`."""
        return pa.schema(
            [(name, pa.string()) for name in self.landed_names] + [(SOURCE_ROW, pa.int64())]
        )

    @cached_property
    def known_headings(self) -> frozenset[str]:
        """Return every heading that is no news, as headings are compared."""
        kept = [heading for column in self.columns for heading in column.headings]
        return frozenset(plain_heading(heading) for heading in [*kept, *self.left_behind])

    @cached_property
    def digest(self) -> str:
        """Return a digest of what its columns say, the same for as long as none of them is edited."""
        said = [
            [
                (field.name, getattr(column, field.name))
                for field in fields(column)
                if getattr(column, field.name) != field.default
            ]
            for column in self.columns
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    @property
    def file(self) -> str:
        """Return the file in which the contract stands."""
        return f"flows/sources/{self.source_name}.py"


class Reason(NamedTuple):
    """Why a row or an item is rejected: a code that has words for its owner, and a text that never
    quotes a cell."""

    code: str
    text: str


@dataclass(frozen=True)
class Layout:
    """Where an item has its contract's columns; `missing` says which required ones it has not,
    `ambiguous` which it has more than once, `notes` what else is new or gone."""

    positions: dict[str, int]
    missing: str | None
    ambiguous: str | None
    notes: tuple[str, ...]

    @property
    def reason(self) -> Reason | None:
        """Say why the contract's columns cannot be read, if they cannot."""
        if self.missing:
            return Reason("missing_column", self.missing)
        return Reason("ambiguous_column", self.ambiguous) if self.ambiguous else None


def plain_heading(heading: str) -> str:
    """Return a heading as headings are compared: NFKC, without space, seen or unseen."""
    plain = heading if heading.isascii() else unicodedata.normalize("NFKC", heading)
    return "".join(plain.split()).replace("\u200b", "").replace("\ufeff", "")


def lay_out(found: Sequence[str], contract: Contract, *, body: bytes | None = None) -> Layout:
    """Find a contract's columns among an item's headings.

    `body` is the rest of the item: a heading that also stands there is somebody's cell in the wrong
    place, and is not named.
    """
    headings = [plain_heading(heading) for heading in found]
    places = {column.name: _places(column, headings) for column in contract.columns}
    positions = {name: each[0] for name, each in places.items() if each}
    absent = [column for column in contract.columns if column.name not in positions]
    known = contract.known_headings
    unknown = dict.fromkeys(each for each in headings if each and each not in known)
    new = [_safe_heading(heading, body) for heading in list(unknown)[:_NAMED_AT_MOST]]
    notes = [f"new column {heading}" for heading in new]
    if len(unknown) > _NAMED_AT_MOST:
        notes.append(f"{len(unknown) - _NAMED_AT_MOST} more new columns")
    gone = [each.headings[0] for each in absent if not each.is_required]
    notes += [f"no column {heading}" for heading in gone if not _is_place(heading)]
    required = [column.headings[0] for column in absent if column.is_required]
    missing = _missing(required, headings, new, known, contract) if required else None
    return Layout(positions, missing, _ambiguous(places, headings, contract), tuple(notes))


def _places(column: Column, headings: Sequence[str]) -> list[int]:
    names = {plain_heading(heading) for heading in column.headings}
    return [place for place, heading in enumerate(headings) if heading in names]


def _ambiguous(
    places: dict[str, list[int]],
    headings: Sequence[str],
    contract: Contract,
) -> str | None:
    """Name the headings of which more than one stands for one column; none is the better."""
    several: list[str] = []
    for found in places.values():
        if len(found) > 1:
            counted = Counter(headings[place] for place in found)
            several.append(" and ".join(_times(name, count) for name, count in counted.items()))
    if not several:
        return None
    return (
        f"the heading has {', and '.join(several)}, of which one column is to be read; "
        f"leave one of them at the source, or name one alone in the contract in {contract.file}"
    )


def _times(heading: str, count: int) -> str:
    return f"{heading} {count} times" if count > 1 else heading


def _is_place(heading: str) -> bool:
    """Tell the headings that the reader of workbooks adds itself from a source's own."""
    return heading.startswith("(")


def _missing(
    required: list[str],
    headings: list[str],
    new: list[str],
    known: frozenset[str],
    contract: Contract,
) -> str:
    own = [heading for heading in headings if heading in known and not _is_place(heading)]
    found = ", ".join([*own, *new][:_NAMED_AT_MOST])
    hint = ""
    for name in required:
        for match in difflib.get_close_matches(name, new, n=1, cutoff=0.4):
            hint += f"; if {match} is {name}, add it to that column's headings there"
    return (
        f"the heading has no {', '.join(required)}; found {found}; correct it at the source, or the"
        f" contract in {contract.file}{hint}"
    )


def _safe_heading(heading: str, body: bytes | None) -> str:
    looks_personal = re.search(r"[@＠]|[0-9]{3}|^$", heading) or len(heading) > 30
    stands_below = body is not None and any(
        heading.encode(encoding, "ignore") in body for encoding in ("utf-8", "cp932")
    )
    return COVERED if looks_personal or stands_below else heading


def landed_arrays(values: pa.Array, column: Column, pseudonyms: Pseudonyms) -> list[pa.Array]:
    """Return a column's text as it is landed, one array for each of its landed names."""
    if column.is_personal:
        return [pseudonyms.of_array(values)]
    if column.kind == "text":
        return [pc.replace_substring_regex(values, _ADDRESS, COVERED)]
    encoded = values.dictionary_encode()
    if (
        column.kind == "timestamp"
        and pc.all(
            pc.match_substring_regex(encoded.dictionary, _PLAIN_STAMP), skip_nulls=True
        ).as_py()
    ):
        return [values]
    # A Mac writes voiced marks beside their letters.
    distinct = [
        value if value is None or value.isascii() else unicodedata.normalize("NFC", value)
        for value in encoded.dictionary.to_pylist()
    ]
    shown = pc.take(
        pa.array([cover(value, column) for value in distinct], pa.string()), encoded.indices
    )
    if not column.read_on_landing:
        return [shown]
    return [
        pc.take(
            pa.array([_read(value, column) for value in distinct], pa.string()), encoded.indices
        ),
        shown,
    ]


def cover(value: str | None, column: Column) -> str | None:
    """Return a value of any kind but text as written if it looks like its kind, else COVERED."""
    if value is None or not value.strip():
        return value
    if column.kind == "word":
        return value if unicodedata.normalize("NFKC", value).strip() in column.words else COVERED
    if not re.fullmatch(_LOOKS[column.kind], value.strip(), re.DOTALL):
        return COVERED
    names_somebody = re.search(_ADDRESS, value) or (
        column.kind in ("date", "number") and _RESIDENT.search(value)
    )
    return COVERED if names_somebody and column.kind != "link" else value


def _read(value: str | None, column: Column) -> str | None:
    if value is None or not value.strip() or len(value) > _LONGEST_READ:
        return None
    if column.kind == "date":
        day = read_date(value)
        return day.isoformat() if day else None
    number = read_exact_number(value, column.units)
    return None if number is None else format(number, "f")


def landed_batch(
    rows: Sequence[Sequence[str | None]],
    source_rows: Iterable[int],
    layout: Layout,
    contract: Contract,
    pseudonyms: Pseudonyms,
) -> pa.RecordBatch:
    """Return rows of an item's cells as a batch of the contract's landed columns; a column that the
    item has not is null.
    """
    arrays: list[pa.Array] = []
    for column in contract.columns:
        place = layout.positions.get(column.name)
        cells = [None if place is None else row[place] for row in rows]
        arrays += landed_arrays(pa.array(cells, pa.string()), column, pseudonyms)
    return pa.record_batch([*arrays, pa.array(source_rows, pa.int64())], schema=contract.schema)
