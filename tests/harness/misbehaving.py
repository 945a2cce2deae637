"""Sources whose files bring a reader down in every way that files have: each does at its place what
its name says.
"""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from flows.sources.base import Delivery, Listing, Parsed
from flows.sources.contracts import Column, Contract
from flows.sources.pseudonyms import Pseudonyms


def _abort() -> None:
    os.abort()


def _segfault() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _fill_memory() -> None:
    held = []
    while True:
        held.append(b"x" * 50_000_000)


def _recurse() -> None:
    _recurse()


def _leave() -> None:
    os._exit(0)


def _hang() -> None:
    time.sleep(600)


def _raise_os_error() -> None:
    raise OSError("a driver's own")


def _raise_key_error() -> None:
    raise KeyError("山田 太郎")


def _panic() -> None:
    raise BaseException("a library's panic")


def _be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


FAULTS: dict[str, Callable[[], None]] = {
    "abort": _abort,
    "segfault": _segfault,
    "memory": _fill_memory,
    "recursion": _recurse,
    "exit": _leave,
    "hang": _hang,
    "os_error": _raise_os_error,
    "key_error": _raise_key_error,
    "panic": _panic,
    "killed": _be_killed,
}


_CONTRACT = Contract(
    "staff_roster",
    1,
    "職員名簿",
    "Staff rosters",
    "人事室",
    "Personnel Office",
    (Column("code", ("code",), "code"),),
    may_be_stale_days=0,
)


@dataclass
class Misbehaving:
    """A source of three files, the middle one of which fails in a way at a step (list, read, parse
    or batches).
    """

    fault: str
    step: str
    name: str = "staff_roster"
    contract: Contract = _CONTRACT

    def list_deliveries(self, location: str) -> Listing:
        self._fail_at("list")
        return Listing(tuple(Delivery(key, key) for key in ("before", "bad", "after")))

    def read(self, delivery: Delivery) -> bytes:
        if delivery.item_key == "bad":
            self._fail_at("read")
        return delivery.item_key.encode()

    def parse(self, content: bytes, pseudonyms: Pseudonyms) -> Parsed:
        if content == b"bad":
            self._fail_at("parse")
        return Parsed("utf-8", self._batches(content))

    def _batches(self, content: bytes):
        yield pa.record_batch(
            [pa.array(["a"]), pa.array([1], pa.int64())], schema=self.contract.schema
        )
        if content == b"bad":
            self._fail_at("batches")

    def _fail_at(self, step: str) -> None:
        if step == self.step:
            FAULTS[self.fault]()
