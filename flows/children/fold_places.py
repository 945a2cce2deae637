"""Where a task that folds finds the files of landed items, and puts what it makes of them: in
folders that all executors see, or in a store.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from flows.machine.files import working_folder
from flows.machine.store import FOLDED, LANDING, Store, store_of
from settings import EngineSettings


class FoldPlace(Protocol):
    """A place of files by their names below `landing/` and `folded/`."""

    @contextmanager
    def reading(self, names: tuple[str, ...]) -> Iterator[list[str]]:
        """Give the paths here of landed files, as long as the block runs."""

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Give a path to write to; when the block has run, the file is there whole."""


class Folders:
    """Folders that all executors see."""

    def __init__(self, landing: Path, folded: Path) -> None:
        self._landing, self._folded = landing, folded

    @contextmanager
    def reading(self, names: tuple[str, ...]) -> Iterator[list[str]]:
        yield [str(self._landing / name) for name in names]

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        file = self._folded / name
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(f".{uuid4().hex}")
        try:
            yield temporary
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)


class StoredFiles:
    """A store, with copies here while they are read or written."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @contextmanager
    def reading(self, names: tuple[str, ...]) -> Iterator[list[str]]:
        with working_folder() as folder:
            files = [folder / str(number) for number in range(len(names))]
            for name, file in zip(names, files, strict=True):
                self._store.fetch(f"{LANDING}/{name}", file)
            yield [str(file) for file in files]

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        with working_folder() as folder:
            file = folder / "folded.parquet"
            yield file
            self._store.put(file, f"{FOLDED}/{name}")


def fold_place_of(landing: Path, folded: Path, engine: EngineSettings) -> FoldPlace:
    """Return the place of an engine's tasks."""
    store = store_of(engine)
    return StoredFiles(store) if store else Folders(landing, folded)


def put_landed(store: Store, landing: Path, name: str) -> str:
    """Copy a landed file to the store, unless it is there as it is here, and return its name there
    below `landing/`: a file that was written anew has another.
    """
    file = landing / name
    there = f"{name}.{file.stat().st_mtime_ns}"
    store.put_new(file, f"{LANDING}/{there}")
    return there


def fetch_folded(store: Store, folded: Path, names: list[str]) -> None:
    """Copy what tasks have made from the store to `folded/`."""
    for name in names:
        (folded / name).parent.mkdir(parents=True, exist_ok=True)
        store.fetch(f"{FOLDED}/{name}", folded / name)
