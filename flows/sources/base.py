"""What every source system hands over, whatever its format.

A source lists deliveries and reads them (input and output only), and parses bytes (no input or
output). It never writes: landing does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

import pyarrow as pa

from flows.sources.contracts import Contract
from flows.sources.pseudonyms import Pseudonyms
from flows.sources.stated_days import StatedDay

UnreadReason = Literal[
    "unknown_ending",
    "garbled_name",
    "same_item",
    "no_single_file",
    "broken_link",
    "no_rights",
    "special_file",
    "office_lock",
    "other_folder",
    "no_such_day",
    "no_month",
    "several_months",
    "no_day",
    "several_days",
]


@dataclass(frozen=True)
class Delivery:
    """One item as it was handed over once.

    `item_key` is stable over re-deliveries. `delivered_on` is the day of the drop folder it lies
    in, None when only "it is there" is known. `stated_days` are those that the name can be read to
    state; landing, which knows the night, chooses `business_date` among them. `is_about` says what
    the source's names must state: without its month an item is held back, without its day it lands
    undated. `stamp` changes whenever the bytes may have changed; None means that only reading tells
    (a URL).
    """

    item_key: str
    origin: str
    delivered_on: date | None = None
    business_date: date | None = None
    stamp: str | None = None
    stated_days: tuple[StatedDay, ...] = ()
    is_about: Literal["month", "day"] | None = None


@dataclass(frozen=True)
class UnreadEntry:
    """An entry of a drop folder that is not read, and why.

    `name` is shown to people, so what may name one is covered in it.
    """

    name: str
    reason_code: UnreadReason


@dataclass(frozen=True)
class Listing:
    """All that a source holds now: deliveries in order of delivery, and entries that are not read.

    `passed_over` counts hidden entries; `endings` are those that the source reads.
    """

    deliveries: tuple[Delivery, ...]
    unread: tuple[UnreadEntry, ...] = ()
    passed_over: int = 0
    endings: tuple[str, ...] = ()


@dataclass(frozen=True)
class RejectedRow:
    """A row that could not be read as a row; its text is dropped for a keyed hash, because it may
    name a person.

    `source_row` 0 stands for the item as a whole. `reason` never quotes the row.
    """

    source_row: int
    reason_code: str
    reason: str
    row_hash: str


@dataclass(frozen=True)
class Parsed:
    """An item's content: the encoding it was written in and its rows.

    `batches` holds the contract's landed columns as text plus `_source_row` (int64, 1-based,
    counting rejected rows and headings). `rejected` is complete once `batches` is exhausted.
    `notes` says what the item has besides its contract, or lacks of what is optional.
    """

    encoding: str
    batches: Iterator[pa.RecordBatch]
    rejected: list[RejectedRow] = field(default_factory=list)
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """A source system behind one protocol."""

    name: str
    contract: Contract

    def list_deliveries(self, location: str) -> Listing:
        """Account for everything that is there now, reading nothing.

        Raises SourceUnavailable when the location cannot be reached.
        """
        ...

    def read(self, delivery: Delivery) -> bytes:
        """Fetch a delivery's bytes; raise SourceUnavailable when that may succeed later."""
        ...

    def parse(self, content: bytes, pseudonyms: Pseudonyms) -> Parsed:
        """Turn bytes into rows of text; a row that is no row is rejected, an item that is none is
        one rejected row 0.
        """
        ...


def rejected_item(
    reason_code: str, reason: str, row_hash: str, encoding: str = "unknown"
) -> Parsed:
    """Return an item that holds no row because it cannot be read as what it should be."""
    return Parsed(encoding, iter(()), [RejectedRow(0, reason_code, reason, row_hash)])
