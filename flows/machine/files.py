"""Files that are there whole or not at all, a power cut included."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_WORKING = "shihyo-items-"
_DAY_SECONDS = 86_400


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in place whole: written beside it, forced to disk, renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def remove_beside(path: Path) -> None:
    """Remove a file, and whatever a killed process left beside it under a longer name.

    DuckDB makes a folder there when its memory is full.
    """
    for leftover in path.parent.glob(f"{path.name}*"):
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()


def fsync_folder(folder: Path) -> None:
    """Force a folder's entries to disk, so that a rename in it survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def working_folder() -> Iterator[Path]:
    """Make a folder of this machine's own while the block runs; remove those that killed processes
    left here a day ago.
    """
    for leftover in Path(tempfile.gettempdir()).glob(f"{_WORKING}*"):
        if time.time() - leftover.lstat().st_mtime > _DAY_SECONDS:
            shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_WORKING) as folder:
        yield Path(folder)
