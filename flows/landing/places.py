"""Where landed items are put, whole or not at all: into the folder `landing/`, or into a store, from
which the night takes them into that folder.
"""

import errno
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pyarrow.parquet as pq
from pyarrow import ArrowException

from flows.errors import StoreUnavailable
from flows.landing.items import (
    FILES,
    MANIFEST,
    Manifest,
    landed_items,
    manifest_in,
    order_of_landing,
)
from flows.machine.files import fsync_folder
from flows.machine.store import ARRIVED, Store
from settings import Settings

_TEMPORARY = ".landing"
_ITS_FILES = {MANIFEST, *FILES}


class Place(Protocol):
    """A place of landed items."""

    def put(self, item: Path, manifest: Manifest, landed: Sequence[Manifest]) -> Manifest:
        """Put the folder of an item there, of which some had landed before, and return its
        manifest: that of another landing of the same delivery, where one came first that nobody
        knew of and that read no less of it.
        """


class LandingFolder:
    """The folder `landing/`."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.landing_dir

    def put(self, item: Path, manifest: Manifest, landed: Sequence[Manifest]) -> Manifest:
        """Force the item to disk, and rename its folder."""
        for file in item.iterdir():
            with file.open("rb") as written:
                os.fsync(written.fileno())
        fsync_folder(item)
        first = folder = self._root / _name(manifest)
        folder.parent.mkdir(parents=True, exist_ok=True)
        attempt = 1
        while not _moved(item, folder):
            there = manifest_in(folder)
            if there is not None and there not in landed and _is_no_less(there, manifest):
                shutil.rmtree(item)
                return there
            attempt += 1  # the same content twice on one day, with another in between
            folder = first.with_name(f"{first.name}-{attempt}")
        fsync_folder(folder.parent)
        return manifest


class ArrivedInStore:
    """What executors have landed into a store, each landing in a folder of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, item: Path, manifest: Manifest, landed: Sequence[Manifest]) -> Manifest:
        """Copy the item there, its manifest last. Whoever takes it from there looks for others."""
        name = f"{ARRIVED}/{manifest.source_name}/{uuid.uuid4().hex}"
        self._store.put_folder(item, name, last=MANIFEST)
        return manifest


@contextmanager
def temporary_folder(settings: Settings) -> Iterator[Path]:
    """Make a folder for an item that is not in its place yet; what is left in it goes with it."""
    folder = settings.landing_dir / _TEMPORARY / uuid.uuid4().hex
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_leftovers(settings: Settings) -> None:
    """Remove what a killed run left half-landed."""
    shutil.rmtree(settings.landing_dir / _TEMPORARY, ignore_errors=True)


def take_from_store(settings: Settings, store: Store, source_name: str, key_id: str) -> None:
    """Move a source's items here that executors have put into a store, also in a night that was
    killed; of two landings of one delivery the one that read more of it.

    What is not whole there is removed. Raises StoreUnavailable; for an item that cannot be
    understood, or whose pseudonyms are of another key, after all others have been taken.
    """
    store.look()
    arrived = f"{ARRIVED}/{source_name}"
    found: dict[str, set[str]] = {}
    for path in store.files(arrived):
        folder, _, file = path.rpartition("/")
        found.setdefault(folder, set()).add(file)
    landed: dict[str, list[Manifest]] = {}
    for each in landed_items(settings, source_name):
        landed.setdefault(each.manifest.item_key, []).append(each.manifest)
    whole: list[tuple[Manifest, str]] = []
    left = []
    for folder in sorted(found):
        if not found[folder] >= _ITS_FILES:
            store.remove(f"{arrived}/{folder}")
        elif manifest := _manifest_there(settings, store, f"{arrived}/{folder}", key_id):
            whole.append((manifest, folder))
        else:
            left.append(folder)
    for manifest, folder in sorted(whole, key=lambda each: _order_of_taking(each[0])):
        known = landed.setdefault(manifest.item_key, [])
        if not _is_known(manifest, known) and not _take(
            settings, store, f"{arrived}/{folder}", manifest, known
        ):
            left.append(folder)
            continue
        known.append(manifest)
        store.remove(f"{arrived}/{folder}")
    if left:
        raise StoreUnavailable(
            f"{source_name}: {len(left)} items in the store cannot be taken: they are damaged, of"
            " another release or of another key; next: give all machines one release and the key,"
            f" or remove {arrived}/{left[0]} and such"
        )


def _manifest_there(settings: Settings, store: Store, name: str, key_id: str) -> Manifest | None:
    with temporary_folder(settings) as folder:
        store.fetch(f"{name}/{MANIFEST}", folder / MANIFEST)
        manifest = manifest_in(folder)
    return manifest if manifest and manifest.pseudonym_key_id in (None, key_id) else None


def _take(
    settings: Settings, store: Store, name: str, manifest: Manifest, landed: Sequence[Manifest]
) -> bool:
    """Fetch an item into its place, if its rows are as many as its manifest says."""
    with temporary_folder(settings) as folder:
        for file in _ITS_FILES:
            store.fetch(f"{name}/{file}", folder / file)
        is_whole = _rows(folder) == (manifest.rows_landed, manifest.rows_rejected)
        if is_whole:
            LandingFolder(settings).put(folder, manifest, landed)
        return is_whole


def _order_of_taking(manifest: Manifest) -> tuple[str, str, int, str]:
    """Return what tells which item is taken first: of one delivery the fullest landing."""
    return manifest.known_from, manifest.sha256, -manifest.rows_landed, manifest.landed_at


def _is_known(manifest: Manifest, landed: Sequence[Manifest]) -> bool:
    earlier = [each for each in landed if each.known_from <= manifest.known_from]
    latest = max(earlier, key=order_of_landing, default=None)
    return latest is not None and _is_no_less(latest, manifest)


def _is_no_less(manifest: Manifest, other: Manifest) -> bool:
    return manifest.is_of_the_same(other) and manifest.rows_landed >= other.rows_landed


def _rows(folder: Path) -> tuple[int, ...] | None:
    try:
        return tuple(pq.read_metadata(folder / name).num_rows for name in FILES)
    except (OSError, ArrowException):
        return None


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


def _name(manifest: Manifest) -> str:
    """Return the name of an item's folder: source, item and landing."""
    name = re.sub(r'[/\\:*?"<>|\x00-\x1f]|^\.', "_", manifest.item_key)
    if name != manifest.item_key or len(name.encode()) > 200:
        name = f"{name[:60]}-{hashlib.sha256(manifest.item_key.encode()).hexdigest()[:12]}"
    return f"{manifest.source_name}/{name}/{manifest.known_from}-{manifest.sha256[:12]}"
