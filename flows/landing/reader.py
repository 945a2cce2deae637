"""The reader: what others wrote is listed, read and parsed in a child process, under limits of
memory and time.

A file that makes a library abort, fill the memory or never end costs that file's reading, not the
night. The child lives for many items, is started anew when it has died, and does not outlive its
parent.
"""

import os
import pickle
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from flows.errors import SourceUnavailable
from flows.landing.reader_process import Content, Failed, Land, Limits, Open, Rows
from flows.sources.base import Delivery, Source
from settings import ROOT, Settings

_START_SECONDS = 120
_SIGNALS_FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True)
class Unread:
    """A delivery that arrived and cannot be read; `reason` says what was seen and what may be done."""

    content: Content
    reason: str


@dataclass(frozen=True)
class Died:
    """How the reader's process ended in the middle of a step."""

    what: str
    is_from_outside: bool = False


class Reader:
    """A child process that reads; a context that ends it. It starts with the first question."""

    def __init__(self, settings: Settings) -> None:
        self._memory_mib = settings.item_memory_mib
        self._seconds = settings.item_seconds
        self._key = settings.pseudonym_key.get_secret_value().encode()
        self._child: subprocess.Popen[bytes] | None = None
        self._opened: Open | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def list_deliveries(self, source: Source, location: str) -> Any:
        """Return what the source's `list_deliveries` gives; raise its error, or SourceUnavailable
        for a failure that nobody foresaw.
        """
        self._opened = Open(source, location, self._key)
        return self._open(self._opened)

    def take_up(self, source: Source, location: str) -> None:
        """Take up a source whose deliveries another has listed."""
        self._opened = Open(source, location, self._key, lists=False)

    def land(
        self, delivery: Delivery, known_sha256: str | None, folder: Path
    ) -> tuple[Content, Rows] | Unread | None:
        """Read a delivery of the source listed last and write its rows into `folder`; return None
        when its content is the known one.

        Raises SourceUnavailable when it cannot be fetched, the source's own error, and OSError when
        the disk does not take what is read.
        """
        if self._opened is None:
            raise ValueError("no source is opened")
        where = f"{self._opened.source.name} {delivery.item_key}"
        if self._child is None:
            self._open(self._opened)
        content = self._ask(Land(delivery, known_sha256, folder))
        if not isinstance(content, Content):
            raise _outage(f"{where}: it cannot be fetched", content)
        if content.sha256 == known_sha256:
            return None
        if content.is_too_large:
            return Unread(
                content,
                self._reason(f"{content.byte_count / 1e9:.1f} GB do not fit into the memory"),
            )
        rows = self._answer(self._seconds)
        if isinstance(rows, Rows):
            return content, rows
        if isinstance(rows, Failed) and rows.error is not None:
            raise rows.error
        if isinstance(rows, Died) and rows.is_from_outside:
            raise SourceUnavailable(
                f"{where}: {rows.what} while it was read; next: run again, and see whether the"
                " memory was full"
            )
        return Unread(content, self._why(rows))

    def _open(self, opened: Open) -> Any:
        answer = self._ask(opened)
        if isinstance(answer, Failed | Died):
            what = "its deliveries cannot be listed" if opened.lists else "it cannot be taken up"
            raise _outage(f"{opened.source.name}: {what}", answer)
        return answer

    def _why(self, ended: Any) -> str:
        if isinstance(ended, Failed) and ended.is_out_of_memory:
            return self._reason("reading it took more than the memory")
        return self._reason(f"reading it failed ({ended.what})", is_of_memory=False)

    def _reason(self, what: str, *, is_of_memory: bool = True) -> str:
        allowed = (
            f" that one item may take (item_memory_mib = {self._memory_mib})"
            if is_of_memory
            else ""
        )
        return (
            f"{what}{allowed}; nothing of it was landed; save it again without what is beside its"
            " table, or in smaller files"
        )

    def _ask(self, request: Open | Land) -> Any:
        """Send a request and wait for its first answer; a child that cannot be asked has died."""
        if self._child is None and isinstance(started := self._start(), Failed | Died):
            return started
        return self._asked_and_answered(request)

    def _asked_and_answered(self, request: Open | Land | Limits) -> Any:
        try:
            _send(self._child, request)
        except (OSError, pickle.PicklingError, AttributeError, TypeError) as error:
            return self._died(f"the reader cannot be asked ({type(error).__name__})")
        return self._answer(_START_SECONDS if isinstance(request, Limits) else self._seconds)

    def _answer(self, seconds: int) -> Any:
        child = self._child
        if child is None or child.stdout is None:
            return Died("the reader has ended")
        deadline = time.monotonic() + seconds
        while not select.select(
            [child.stdout], [], [], min(1.0, max(0.0, deadline - time.monotonic()))
        )[0]:
            if time.monotonic() >= deadline:
                child.kill()
                self._end()
                return Died(f"it took more than {seconds} seconds")
        try:
            size = int.from_bytes(_read(child.stdout, 8), "big")
            return pickle.loads(_read(child.stdout, size))
        except Exception:  # an end in the middle of an answer shows as whatever pickle makes of it
            return self._died("the reader's answer was cut short")

    def _died(self, otherwise: str) -> Died:
        child = self._child
        self._end()
        code = child.returncode if child else None
        if code is None or code >= 0:
            return Died(f"the reader ended with code {code}" if code else otherwise)
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        return Died(
            f"the reader was ended by {name}", is_from_outside=-code in _SIGNALS_FROM_OUTSIDE
        )

    def _start(self) -> Any:
        # What libraries print when they fail may quote what was delivered, so nobody keeps it.
        self._child = subprocess.Popen(
            [sys.executable, "-c", "from flows.landing.reader_process import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(dict.fromkeys([str(ROOT), *filter(None, sys.path)])),
            },
        )
        return self._asked_and_answered(Limits(self._memory_mib * 2**20))

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for stream in (child.stdin, child.stdout):
            if stream:
                stream.close()
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _read(stream: IO[bytes], size: int) -> bytes:
    found = b""
    while len(found) < size:
        piece = stream.read(size - len(found))
        if not piece:
            raise EOFError
        found += piece
    return found


def _send(child: subprocess.Popen[bytes] | None, request: Any) -> None:
    if child is None or child.stdin is None:
        raise BrokenPipeError
    pickled = memoryview(pickle.dumps(request))
    while pickled:
        pickled = pickled[child.stdin.write(pickled) :]


def _outage(where: str, ended: Any) -> Exception:
    if isinstance(ended, Failed) and ended.error is not None:
        return ended.error
    what = getattr(ended, "what", "the reader gave no answer")
    return SourceUnavailable(
        f"{where} ({what}); next: look at it there, or switch the source off until it is mended"
    )
