"""What the workers of a run of the tests share: made by the one that needs it first."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that `make` has filled, once for all workers; copy it, never change it."""
    shared = _shared_folder(factory)
    folder, made = shared / name, shared / f"{name}.made"
    with _locked(shared / f"{name}.lock", fcntl.LOCK_EX):
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


@contextmanager
def shared_by_workers(
    factory: pytest.TempPathFactory,
    name: str,
    served: Callable[[], AbstractContextManager[str]],
) -> Iterator[str]:
    """Give the address of what one worker serves for all.

    The worker that serves waits at the end for those that still use it.
    """
    shared = _shared_folder(factory)
    served_at, users = shared / f"{name}.address", shared / f"{name}.users"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if served_at.exists():
            with _locked(users, fcntl.LOCK_SH):
                address = served_at.read_text(encoding="utf-8")
                fcntl.flock(lock, fcntl.LOCK_UN)
                yield address
            return
        with served() as address:
            served_at.write_text(address, encoding="utf-8")
            fcntl.flock(lock, fcntl.LOCK_UN)
            yield address
            fcntl.flock(lock, fcntl.LOCK_EX)
            served_at.unlink()
            with _locked(users, fcntl.LOCK_EX):
                pass


def _shared_folder(factory: pytest.TempPathFactory) -> Path:
    folder = factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@contextmanager
def _locked(file: Path, how: int) -> Iterator[None]:
    with file.open("w") as lock:
        fcntl.flock(lock, how)
        yield
