"""Where landed items are put, whole or not at all: the folder `landing/`, or a store that many
machines see, of which the folder here is a copy.
"""

import errno
import os
import shutil
import uuid
from pathlib import Path
from typing import Protocol

import pyarrow.parquet as pq
from pyarrow import ArrowException
from pydantic import ValidationError

from flows.errors import SourceUnavailable
from flows.landing.items import FILES, MANIFEST, Manifest, landed_items, manifest_in
from flows.machine.files import fsync_folder
from flows.machine.store import Store
from settings import Settings

TEMPORARY = ".landing"
LANDING = "landing"  # in the store


class Place(Protocol):
    """A place of items, each under a name: `source/item/landing`."""

    def put(self, item: Path, name: str) -> bool:
        """Put an item there, unless something has its name; return whether it was put there. Its
        folder is no more then.
        """

    def manifest(self, name: str) -> Manifest | None:
        """Return the manifest of an item there; None without one that can be read."""


class LandingFolder:
    """The folder `landing/`."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.landing_dir

    def put(self, item: Path, name: str) -> bool:
        """Force the item to disk, and rename its folder."""
        for file in item.iterdir():
            with file.open("rb") as written:
                os.fsync(written.fileno())
        fsync_folder(item)
        folder = self._root / name
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not _moved(item, folder):
            return False
        fsync_folder(folder.parent)
        return True

    def manifest(self, name: str) -> Manifest | None:
        return manifest_in(self._root / name)


class LandingStore:
    """A store: an item is there when its manifest is. Two hands that put one item there at once
    put the same, unless one could read less of it: whoever copies it from there looks.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, item: Path, name: str) -> bool:
        """Copy the item there, its manifest last."""
        if self._store.read(f"{LANDING}/{name}/{MANIFEST}") is not None:
            return False
        self._store.put_folder(item, f"{LANDING}/{name}", last=MANIFEST)
        shutil.rmtree(item)
        return True

    def manifest(self, name: str) -> Manifest | None:
        found = self._store.read(f"{LANDING}/{name}/{MANIFEST}")
        try:
            return None if found is None else Manifest.model_validate_json(found)
        except ValidationError:
            return None


def temporary_folder(settings: Settings) -> Path:
    """Make a folder for an item that is not in its place yet."""
    folder = settings.landing_dir / TEMPORARY / uuid.uuid4().hex
    folder.mkdir(parents=True)
    return folder


def copy_from_store(settings: Settings, store: Store, source_name: str) -> None:
    """Copy a source's items here that are in the store alone: an executor has landed them.

    Raises SourceUnavailable for one whose rows are not as many as its manifest says, as two hands
    can leave it of which one could read less. It is removed there, and landed again.
    """
    here = LandingFolder(settings)
    names = store.folders(f"{LANDING}/{source_name}", last=MANIFEST)
    names -= {stored_name(settings, item.folder) for item in landed_items(settings, source_name)}
    for name in sorted(names):
        folder = temporary_folder(settings)
        store.fetch_folder(name, folder)
        manifest = manifest_in(folder)
        if manifest is None or _rows(folder) != (manifest.rows_landed, manifest.rows_rejected):
            store.remove(name)
            shutil.rmtree(folder)
            raise SourceUnavailable(
                f"{source_name}: an item in the store was not whole; next: run again"
            )
        here.put(folder, name.removeprefix(f"{LANDING}/"))


def copy_to_store(settings: Settings, store: Store, source_name: str) -> None:
    """Copy a source's items to the store that are here alone."""
    there = store.folders(f"{LANDING}/{source_name}", last=MANIFEST)
    for item in landed_items(settings, source_name):
        if stored_name(settings, item.folder) not in there:
            store.put_folder(item.folder, stored_name(settings, item.folder), last=MANIFEST)


def copy_erased_to_store(settings: Settings, store: Store, source_name: str) -> None:
    """Copy a source's items to the store from which somebody was erased since they were put there."""
    for item in landed_items(settings, source_name):
        name = stored_name(settings, item.folder)
        if not item.manifest.rows_erased:
            continue
        if store.read(f"{name}/{MANIFEST}") != (item.folder / MANIFEST).read_bytes():
            store.put_folder(item.folder, name, last=MANIFEST)


def _rows(folder: Path) -> tuple[int, ...] | None:
    try:
        return tuple(pq.read_metadata(folder / name).num_rows for name in FILES)
    except (OSError, ArrowException):
        return None


def stored_name(settings: Settings, path: Path) -> str:
    """Return the name in the store of a file or folder of `landing/`."""
    return f"{LANDING}/{path.relative_to(settings.landing_dir).as_posix()}"


def _moved(folder: Path, place: Path) -> bool:
    """Rename a folder, unless something is in its place."""
    if place.exists():
        return False
    try:
        folder.rename(place)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
            raise
        return False
    return True
