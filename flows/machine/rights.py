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
OURS = frozenset(
    {"landing", "folded", "candidate", "published", "logs", "dev", "quarantine", ".lock", ".up"}
)


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
    closed, unseen = Closed(), list[Path]()
    for place in list(open_places(settings, unseen)):
        try:
            place.chmod(stat.S_IMODE(place.stat().st_mode) & ~_WITHHELD)
        except FileNotFoundError:
            continue
        except OSError:
            closed.refused += 1
        else:
            closed.places += 1
    closed.refused += len(unseen)
    _say(settings, closed)
    return closed


def _say(settings: Settings, closed: Closed) -> None:
    if closed.places:
        message = "rights: %d places in %s were open to others and are so no more"
        log.info(message, closed.places, settings.data_dir)
    if closed.refused:
        message = "warning: %d places in %s could not be closed to others; next: shihyo doctor"
        log.warning(message, closed.refused, settings.data_dir)


def open_places(settings: Settings, unseen: list[Path]) -> Iterator[Path]:
    """Name every place of ours that others can reach or the group can write.

    What cannot be looked at goes into `unseen`. Links have no rights of their own, but landing and
    the like may be links to another disk. The data folder itself is ours when it holds nothing
    else: somebody may have to pass through it to a drop folder in it.
    """
    root = settings.data_dir
    try:
        names = {entry.name for entry in root.iterdir()}
        if names <= OURS and _is_open(root.stat()):
            yield root
    except FileNotFoundError:  # the first night makes it
        return
    except OSError:
        unseen.append(root)
        return
    for name in sorted(names & OURS):
        yield from _open_at(root / name, unseen, through_link=True)


def _open_at(place: Path, unseen: list[Path], *, through_link: bool = False) -> Iterator[Path]:
    try:
        status = place.stat(follow_symlinks=through_link)
        if stat.S_ISLNK(status.st_mode):
            return
        if _is_open(status):
            yield place
        entries = list(place.iterdir()) if stat.S_ISDIR(status.st_mode) else []
    except FileNotFoundError:  # a file of a tool that has ended meanwhile
        return
    except OSError:
        unseen.append(place)
        return
    for entry in entries:
        yield from _open_at(entry, unseen)


def _is_open(status: os.stat_result) -> bool:
    return bool(stat.S_IMODE(status.st_mode) & _WITHHELD)
