"""The reader's own process: lists, reads and parses what others wrote, under a limit of memory.

`main` is run by `flows.landing.reader`, with requests on standard input and answers on standard
output. It may fail in any way, and must never outlive its parent or answer anything that it has not
done.
"""

import contextlib
import hashlib
import os
import pickle
import queue
import resource
import signal
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from flows.errors import ShihyoError
from flows.sources.base import Delivery, Parsed, RejectedRow, Source
from flows.sources.contracts import SOURCE_ROW
from flows.sources.pseudonyms import Pseudonyms

REJECTED_SCHEMA = pa.schema(
    [
        ("source_row", pa.int64()),
        ("reason_code", pa.string()),
        ("reason", pa.string()),
        ("row_hash", pa.string()),
    ]
)
Step = Literal["list", "read", "parse", "write"]


@dataclass(frozen=True)
class Limits:
    """What a reader may take: memory beyond that of its own start. Answered by itself once it
    holds.
    """

    memory_bytes: int


@dataclass(frozen=True)
class Open:
    """Take a source up: list what it delivers. Answered by what `list_deliveries` returns, or by
    None where nothing has to be listed.
    """

    source: Source
    location: str
    key: bytes
    lists: bool = True


@dataclass(frozen=True)
class Land:
    """Read a delivery of the opened source, and unless its checksum is `known_sha256` write its
    rows into `folder`.

    Answered by Content, then (of new content) by Rows.
    """

    delivery: Delivery
    known_sha256: str | None
    folder: Path


@dataclass(frozen=True)
class Content:
    """A delivery's bytes, as they were read; `item_hash` is a keyed hash of their checksum."""

    sha256: str
    byte_count: int
    item_hash: str
    is_too_large: bool = False


@dataclass(frozen=True)
class Rows:
    """What was written of a delivery: its rows, and those that are no rows."""

    encoding: str
    landed: int
    rejected: int
    notes: tuple[str, ...] = ()
    pseudonym_key_id: str | None = None


@dataclass(frozen=True)
class Failed:
    """What ended a step: an error of ours with its message, a disk's error, or the name of anything
    else.
    """

    step: Step
    what: str
    error: ShihyoError | OSError | None = None
    is_out_of_memory: bool = False


def write_rejected(path: Path, rejected: list[RejectedRow]) -> None:
    """Write the rows that are none beside those that are."""
    pq.write_table(
        pa.Table.from_pylist([asdict(row) for row in rejected], schema=REJECTED_SCHEMA),
        path,
        compression="zstd",
    )


class _Session:
    """One opened source."""

    def __init__(self) -> None:
        self._source: Source | None = None
        self._pseudonyms = Pseudonyms(b"")

    def answer(self, request: Open | Land, answers: "_Answers") -> None:
        if isinstance(request, Open):
            self._source, self._pseudonyms = request.source, Pseudonyms(request.key)
            answers.give("list", lambda: _listed(request))
        elif self._source is not None:
            self._land(self._source, request, answers)

    def _land(self, source: Source, request: Land, answers: "_Answers") -> None:
        content: list[bytes] = []

        def read() -> Content:
            try:
                content.append(source.read(request.delivery))
            except MemoryError:
                return _too_large(request.delivery, self._pseudonyms)
            sha256 = hashlib.sha256(content[0]).hexdigest()
            return Content(sha256, len(content[0]), self._pseudonyms.of_bytes(sha256.encode()))

        found = answers.give("read", read)
        if (
            isinstance(found, Content)
            and not found.is_too_large
            and found.sha256 != request.known_sha256
        ):
            answers.give("parse", lambda: self._write(source, content.pop(), request.folder))

    def _write(self, source: Source, content: bytes, folder: Path) -> Rows:
        parsed = source.parse(content, self._pseudonyms)
        landed = _write_rows(folder / "data.parquet", parsed, source)
        with _writing():
            write_rejected(folder / "rejected.parquet", parsed.rejected)
        key_id = self._pseudonyms.key_id if self._pseudonyms.have_been_given else None
        return Rows(parsed.encoding, landed, len(parsed.rejected), tuple(parsed.notes), key_id)


def _listed(request: Open) -> Any:
    return request.source.list_deliveries(request.location) if request.lists else None


def _too_large(delivery: Delivery, pseudonyms: Pseudonyms) -> Content:
    """Return the checksum of a file that cannot be held in memory; whatever is no file raises
    MemoryError again.
    """
    file = Path(delivery.origin)
    if not file.is_file():
        raise MemoryError
    with file.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return Content(
        sha256, file.stat().st_size, pseudonyms.of_bytes(sha256.encode()), is_too_large=True
    )


class _Unwritten(Exception):
    """The disk did not take what was to be written."""


@contextlib.contextmanager
def _writing() -> Any:
    """Tell an error of the disk from one of the item: a full disk must reject nobody's file."""
    try:
        yield
    except OSError as error:
        raise _Unwritten from error


def _write_rows(path: Path, parsed: Parsed, source: Source) -> int:
    rows = 0
    with _writing():
        writer = pq.ParquetWriter(
            path,
            source.contract.schema,
            compression="zstd",
            use_dictionary=list(source.contract.landed_names),
            column_encoding={
                SOURCE_ROW: "DELTA_BINARY_PACKED"
            },  # a tenth of the bytes of a dictionary
        )
    try:
        for batch in parsed.batches:
            with _writing():
                writer.write_batch(batch)
            rows += batch.num_rows
    finally:
        with _writing():
            writer.close()
    return rows


class _Answers:
    """Where answers go: one pickle after another, each behind its length."""

    def __init__(self, descriptor: int) -> None:
        self._stream = os.fdopen(descriptor, "wb")

    def give(self, step: Step, work: Any) -> Any:
        """Do a step and answer with what it gives, or with what ended it."""
        answer = _outcome(step, work)
        pickled = pickle.dumps(answer)
        self._stream.write(len(pickled).to_bytes(8, "big") + pickled)
        self._stream.flush()
        return answer


def _outcome(step: Step, work: Any) -> Any:
    try:
        return work()
    except ShihyoError as error:
        return Failed(step, type(error).__name__, error)
    except _Unwritten as error:
        return Failed(
            "write", "OSError", error.__cause__ if isinstance(error.__cause__, OSError) else None
        )
    except MemoryError:
        return Failed(step, "MemoryError", is_out_of_memory=True)
    except BaseException as error:  # a panic of the workbook reader is no Exception
        return Failed(step, type(error).__name__)


def _requests() -> "queue.SimpleQueue[Any]":
    """Take requests in a thread of its own, which ends the process when its parent does."""
    found: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def take() -> None:
        while True:
            try:
                found.put(pickle.load(sys.stdin.buffer))
            except EOFError:
                os.kill(os.getpid(), signal.SIGKILL)
            except Exception as error:
                found.put(error)

    threading.Thread(target=take, daemon=True).start()
    return found


def _limit_memory(limits: Limits) -> Limits:
    size = (
        int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        * resource.getpagesize()
    )
    resource.setrlimit(resource.RLIMIT_AS, (size + limits.memory_bytes,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what was delivered
    return limits


def main() -> None:
    """Answer requests until the parent ends."""
    # Whoever ends a night signals all of its processes; this one ends with its parent, and not in
    # the middle of an item.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    answers = _Answers(os.dup(sys.stdout.fileno()))
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no answer
    import flows.sources  # noqa: F401  # all that a request may need is loaded before memory is limited

    requests, session = _requests(), _Session()
    while True:
        request = requests.get()
        if isinstance(request, Limits):
            answers.give("list", lambda limits=request: _limit_memory(limits))
        elif isinstance(request, Exception):
            answers.give("list", lambda failed=request: _raise(failed))
        else:
            session.answer(request, answers)


def _raise(error: Exception) -> None:
    raise error
