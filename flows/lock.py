"""The lock that lets one night run at a time. It dies with the process that holds it."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flows.errors import WarehouseBusy
from flows.machine.rights import close_to_others
from settings import Settings


@contextmanager
def warehouse_lock(settings: Settings) -> Iterator[None]:
    """Hold the warehouse for one run; raise WarehouseBusy at once when another run holds it."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    where = f"another run holds the warehouse in {settings.data_dir}"
    with exclusive(_lock_file(settings), f"{where}; next: wait for it, or see shihyo runs"):
        close_to_others(settings)
        yield


@contextmanager
def exclusive(lock_file: Path, busy: str) -> Iterator[None]:
    """Hold a file's lock; raise WarehouseBusy with the text given when another process holds it."""
    with lock_file.open("a+") as lock:
        if not _locked(lock):
            raise WarehouseBusy(busy)
        yield


def _locked(lock: IO[str]) -> bool:
    """Try for half a second: `is_held` takes the lock for an instant, and turns no night away."""
    for _ in range(5):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        else:
            return True
    return False


def is_held(settings: Settings) -> bool:
    """Tell whether a run holds the warehouse now."""
    if not _lock_file(settings).exists():
        return False
    with _lock_file(settings).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock_file(settings: Settings) -> Path:
    return settings.data_dir / ".lock"
