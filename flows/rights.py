"""Rights: what is in the data folder is its owner's and its group's to read, and nobody else's.

It holds pseudonymised personal data. What is not ours is left alone, wherever it lies: a drop
folder is the source's, and its rights are never changed.
"""

import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from settings import Settings

log = logging.getLogger("shihyo.rights")

# The group reads; others get nothing. So folders become 0750, files 0640, and 0440 stays.
_WITHHELD = stat.S_IWGRP | stat.S_IRWXO
# What we make in the data folder.
OURS = frozenset({"landing", "candidate", "published", "logs", "dev", "quarantine", ".lock"})


@dataclass
class Closed:
    """How many places were closed to others, and how many could not be."""

    places: int = 0
    refused: int = 0


def keep_private() -> None:
    """Let this process and its children make nothing that others can read.

    A stricter umask stands.
    """
    before = os.umask(_WITHHELD)
    os.umask(before | _WITHHELD)


def close_to_others(settings: Settings) -> Closed:
    """Take from others what an earlier version, or a copy by hand, has left open to them."""
    closed = Closed()
    for place in open_places(settings):
        try:
            place.chmod(stat.S_IMODE(place.stat().st_mode) & ~_WITHHELD)
        except FileNotFoundError:  # a file of a tool that has ended meanwhile
            continue
        except OSError:
            closed.refused += 1
        else:
            closed.places += 1
    _say(settings, closed)
    return closed


def _say(settings: Settings, closed: Closed) -> None:
    if closed.places:
        told = "rights: %d places in %s were open to others and are so no more"
        log.info(told, closed.places, settings.data_dir)
    if closed.refused:
        told = "warning: %d places in %s could not be closed to others; next: shihyo doctor"
        log.warning(told, closed.refused, settings.data_dir)


def open_places(settings: Settings) -> Iterator[Path]:
    """Name every place of ours that others can reach or the group can write.

    Links have no rights of their own. The data folder itself is ours when it holds nothing else:
    somebody may have to pass through it to a drop folder in it.
    """
    root = settings.data_dir
    try:
        names = {entry.name for entry in root.iterdir()}
        if names <= OURS and _is_open(root.stat()):
            yield root
    except OSError:  # not there yet, or closed to ourselves as well
        return
    for name in sorted(names & OURS):
        yield from _open_at(root / name)


def _open_at(place: Path) -> Iterator[Path]:
    try:
        status = place.lstat()
        if stat.S_ISLNK(status.st_mode):
            return
        if _is_open(status):
            yield place
        entries = list(place.iterdir()) if stat.S_ISDIR(status.st_mode) else []
    except OSError:  # gone meanwhile, or closed to ourselves as well
        return
    for entry in entries:
        yield from _open_at(entry)


def _is_open(status: os.stat_result) -> bool:
    return bool(stat.S_IMODE(status.st_mode) & _WITHHELD)
