"""Drop folders: where source systems leave their files.

A file directly in the folder is there from the first night on. A file in a sub-folder named
YYYY-MM-DD was delivered on that day, and a file of the same name in a later one is a new delivery
of the same item. Every entry is accounted for: what is no delivery is listed with its reason.
Nothing but an ordinary file is ever opened: a pipe would hang the night.
"""

import os
import re
import stat
import unicodedata
import zipfile
from datetime import date
from pathlib import Path
from typing import Literal

from flows.errors import SourceUnavailable
from flows.sources.base import Delivery, Listing, UnreadEntry, UnreadReason
from flows.sources.entry_names import is_garbled, item_name, safe_name
from flows.sources.packed import files_in
from flows.sources.stated_days import stated_days

PACKED = (".gz", ".bz2", ".zip")

_LOCK = (  # the file that Excel keeps beside an open workbook; it holds the name of whoever opened it
    "~$"
)
_HIDDEN = (
    "thumbs.db",
    "desktop.ini",
)  # kept by Windows, as names with a dot in front are by others


def list_files(
    location: str, endings: tuple[str, ...], is_about: Literal["month", "day"] | None = None
) -> Listing:
    """Account for a file, or for the entries of a folder and of its dated sub-folders; files end
    in one of `endings`, packed or not.

    Deliveries come in order of delivery, undated ones first. Raises SourceUnavailable when the
    location is not there.
    """
    place, found = Path(location), _Found(endings, is_about)
    try:
        if place.is_file():
            found.add_delivery(place, item_name(_composed(place.name)), None)
        else:
            for folder, day in sorted(found.add_folder(place, None), key=lambda dated: dated[1]):
                found.add_folder(folder, day)
    except OSError as error:
        raise SourceUnavailable(
            f"location {location} cannot be read ({error.strerror}); expected a file or a folder;"
            " next: check the mount or the setting"
        ) from None
    return found.listing()


class _Found:
    """What a drop folder holds, as it is gone through."""

    def __init__(self, endings: tuple[str, ...], is_about: Literal["month", "day"] | None) -> None:
        self._endings, self._is_about = endings, is_about
        self._deliveries: list[Delivery] = []
        self._unread: list[UnreadEntry] = []
        self._passed_over = 0

    def listing(self) -> Listing:
        return Listing(
            tuple(self._deliveries), tuple(self._unread), self._passed_over, self._endings
        )

    def add_folder(self, folder: Path, day: date | None) -> list[tuple[Path, date]]:
        """Account for a folder's entries; return its dated sub-folders, which only the location
        itself has.
        """
        dated: list[tuple[Path, date]] = []
        files: dict[str, list[Path]] = {}
        for entry in self._entries(folder, day):
            kind = _kind(entry)
            if kind == "hidden":
                self._passed_over += 1
            elif kind == "folder":
                dated += self._sub_folder(entry, day)
            elif kind == "file":
                if (key := self._item_key(entry, day)) is not None:
                    files.setdefault(key, []).append(entry)
            elif kind:
                self._leave(entry, day, kind)
        for key, alike in files.items():
            if len(alike) == 1:
                self.add_delivery(alike[0], key, day)
                continue
            for entry in alike:  # which of them is meant, nobody but who delivered them can tell
                self._leave(entry, day, "same_item")
        return dated

    def _entries(self, folder: Path, day: date | None) -> list[Path]:
        try:
            return sorted(folder.iterdir())
        except PermissionError:
            if day is None:
                raise
            self._leave(folder, None, "no_rights")
            return []

    def add_delivery(self, file: Path, key: str, delivered_on: date | None) -> None:
        status, name = file.stat(), _composed(file.name)
        known_as = file if item_name(name) == name else file.with_name(key)
        self._deliveries.append(
            Delivery(
                item_key=key,
                origin=str(file),
                delivered_on=delivered_on,
                stamp=f"{known_as}:{status.st_size}:{status.st_mtime_ns}",
                stated_days=stated_days(name),
                is_about=self._is_about,
            )
        )

    def _sub_folder(self, folder: Path, within: date | None) -> list[tuple[Path, date]]:
        if within is None and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", folder.name):
            try:
                return [(folder, date.fromisoformat(folder.name))]
            except ValueError:
                self._leave(folder, within, "no_such_day")
                return []
        self._leave(folder, within, "other_folder")
        return []

    def _item_key(self, file: Path, day: date | None) -> str | None:
        """Return what names the item over its deliveries: the file's name without the ending of
        its packing.
        """
        name = _composed(file.name)
        packing = next((ending for ending in PACKED if name.lower().endswith(ending)), "")
        plain = name[: len(name) - len(packing)]
        if plain.lower().endswith(self._endings):
            return item_name(plain)
        if packing != ".zip":
            self._leave(file, day, "unknown_ending")
            return None
        inside = _only_name_inside(file)
        ending = next(
            (ending for ending in self._endings if inside and inside.lower().endswith(ending)), None
        )
        if ending is None:
            self._leave(file, day, "unknown_ending" if inside else "no_single_file")
            return None
        return item_name(plain + ending)

    def _leave(self, entry: Path, day: date | None, reason: UnreadReason) -> None:
        shown = f"{_LOCK}＊＊＊" if reason == "office_lock" else safe_name(entry.name)
        self._unread.append(UnreadEntry(f"{day}/{shown}" if day else shown, reason))


def _composed(name: str) -> str:
    """Return a name as most systems write it: a Mac writes voiced marks beside their letters."""
    return unicodedata.normalize("NFC", name)


def _kind(entry: Path) -> Literal["hidden", "folder", "file"] | UnreadReason | None:
    """Tell what an entry is or leads to, or why it is not read; None when it was taken away
    meanwhile.
    """
    if entry.name.startswith(".") or entry.name.lower() in _HIDDEN:
        return "hidden"
    if entry.name.startswith(_LOCK):
        return "office_lock"
    try:
        mode = entry.stat().st_mode
    except PermissionError:
        return "no_rights"
    except OSError as error:
        if _is_link(entry):
            return "broken_link"
        if isinstance(error, FileNotFoundError):
            return None
        raise
    if stat.S_ISDIR(mode):
        return "folder"
    if not stat.S_ISREG(mode):
        return "special_file"
    if is_garbled(entry.name):
        return "garbled_name"
    return "file" if os.access(entry, os.R_OK) else "no_rights"


def _is_link(entry: Path) -> bool:
    try:
        return stat.S_ISLNK(entry.lstat().st_mode)
    except OSError:
        return False


def _only_name_inside(file: Path) -> str | None:
    """Return the name of an archive's only file, from its directory alone; None for another
    number of files, and for a damaged one.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            names = [entry.filename for entry in files_in(archive)]
    except Exception:  # zipfile raises whatever a damaged archive leads it to
        return None
    return names[0] if len(names) == 1 else None


def shown_origin(delivery: Delivery) -> str:
    """Return where a delivered file lies, as it may be shown and kept."""
    file = Path(delivery.origin)
    return str(file.with_name(item_name(file.name)))


def read_file(delivery: Delivery) -> bytes:
    """Read a delivered file whole; raise SourceUnavailable when it has gone."""
    try:
        return Path(delivery.origin).read_bytes()
    except OSError as error:
        raise SourceUnavailable(
            f"{shown_origin(delivery)} cannot be read ({error.strerror}); next: check the drop"
            " folder"
        ) from None
