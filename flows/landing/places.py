"""Where landed items are put, whole or not at all: into the folder `landing/`, or into a store, from
which the night takes them into that folder.
"""

import errno
import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import pyarrow.parquet as pq
from pyarrow import ArrowException
from pydantic import ValidationError

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
        if not folder.parent.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            fsync_folder(folder.parent.parent)
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


def take_from_store(settings: Settings, store: Store, source_name: str, key_id: str) -> list[str]:
    """Move a source's items here that executors have put into a store, also in a night that was
    killed; of two landings of one delivery the one that read more of it.

    What is not whole there is removed. Returns the names there of items that cannot be understood,
    or whose pseudonyms are of another key. Raises StoreUnavailable.
    """
    store.look()
    arrived = f"{ARRIVED}/{source_name}"
    found: dict[str, set[str]] = {}
    for path in store.files(arrived):
        folder, _, file = path.rpartition("/")
        found.setdefault(f"{arrived}/{folder}", set()).add(file)
    landed: dict[str, list[Manifest]] = {}
    for each in landed_items(settings, source_name):
        landed.setdefault(each.manifest.item_key, []).append(each.manifest)
    whole, left = [], []
    for name in sorted(found):
        manifest = _manifest_there(settings, store, name) if found[name] >= _ITS_FILES else None
        if manifest is None:
            store.remove(name)
        elif isinstance(manifest, Manifest) and manifest.pseudonym_key_id in (None, key_id):
            whole.append((manifest, name))
        else:
            left.append(name)
    for manifest, name in sorted(whole, key=lambda each: _order_of_taking(each[0])):
        known = landed.setdefault(manifest.item_key, [])
        if any(_is_no_less(each, manifest) and _is_beside(each, manifest, known) for each in known):
            store.remove(name)
        elif taken := _take(settings, store, name, manifest, known):
            known.append(taken)
            store.remove(name)
        else:
            left.append(name)
    return left


def what_is_left(source_name: str, left: list[str]) -> StoreUnavailable:
    """Return the error that names what could not be taken from the store."""
    return StoreUnavailable(
        f"{source_name}: {len(left)} items in the store cannot be taken: they are damaged, of"
        " another release or of another key; next: give all machines one release and one key, or"
        f" remove {left[0]} and such from the store"
    )


def _manifest_there(settings: Settings, store: Store, name: str) -> Manifest | str | None:
    """Return a manifest, its text where it is of another release, and None where it is cut short."""
    with temporary_folder(settings) as folder:
        store.fetch(f"{name}/{MANIFEST}", folder / MANIFEST)
        text = (folder / MANIFEST).read_bytes()
    try:
        return Manifest.model_validate(json.loads(text))
    except ValidationError:
        return text.decode()
    except ValueError:
        return None


def _take(
    settings: Settings, store: Store, name: str, manifest: Manifest, landed: Sequence[Manifest]
) -> Manifest | None:
    """Fetch an item into its place, if its rows are as many as its manifest says. One that read more
    than another landing of the same delivery stands after it.
    """
    with temporary_folder(settings) as folder:
        for file in FILES:
            store.fetch(f"{name}/{file}", folder / file)
        if _rows(folder) != (manifest.rows_landed, manifest.rows_rejected):
            return None
        lesser = [
            each.landed_at
            for each in landed
            if each.is_of_the_same(manifest) and _is_beside(each, manifest, landed)
        ]
        if later := max((at for at in lesser if at > manifest.landed_at), default=None):
            after = datetime.fromisoformat(later) + timedelta(microseconds=1)
            landed_at = after.isoformat(timespec="microseconds")
            manifest = manifest.model_copy(update={"landed_at": landed_at})
        manifest.write(folder / MANIFEST)
        return LandingFolder(settings).put(folder, manifest, landed)


def _order_of_taking(manifest: Manifest) -> tuple[str, str, int, str]:
    """Return what tells which item is taken first: of one delivery the fullest landing."""
    return manifest.known_from, manifest.sha256, -manifest.rows_landed, manifest.landed_at


def _is_no_less(manifest: Manifest, other: Manifest) -> bool:
    return manifest.is_of_the_same(other) and manifest.rows_landed >= other.rows_landed


def _is_beside(one: Manifest, other: Manifest, landed: Sequence[Manifest]) -> bool:
    """Return whether no other content of the item landed between two landings of it."""
    first, last = sorted(map(order_of_landing, (one, other)))
    return all(
        each.sha256 == one.sha256 for each in landed if first < order_of_landing(each) < last
    )


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
