"""Writes the demonstration's drop folders: all of them or none.

Everything is written into a folder beside the target, which is renamed at the very end; the marker
in it says that it is whole. Whoever generates holds a lock, so that two at once do not meet. It
must never remove a folder that holds anything but the demonstration.
"""

import fcntl
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from demo import (
    access_log,
    hostile,
    milestones,
    policy_pages,
    procedures,
    specialists,
    staff_roster,
    training_rosters,
)
from demo.city import FIRST_DAY, LAST_DAY, City, Delivery, Variety, read_city
from demo.staff_roster import Person

MARKER = ".complete.json"
SOURCES = (
    access_log.SOURCE,
    policy_pages.SOURCE,
    staff_roster.SOURCE,
    procedures.SOURCE,
    training_rosters.SOURCE,
    specialists.SOURCE,
    milestones.SOURCE,
)


class ForeignFolderError(Exception):
    """The target holds something that the demonstration has not made."""


def deliveries(last_day: date = LAST_DAY, variety: Variety = "dirty") -> Iterator[Delivery]:
    """Yield every file of every source delivered up to a day, in one of the demonstration's
    varieties.
    """
    city = read_city()
    people = staff_roster.staff(city)
    usual = _usual(city, people, last_day, is_dirty=variety != "clean")
    yield from hostile.deliveries(usual, last_day) if variety == "hostile" else usual


def _usual(
    city: City, people: tuple[Person, ...], last_day: date, *, is_dirty: bool
) -> Iterator[Delivery]:
    yield from staff_roster.deliveries(city, people, last_day, is_dirty=is_dirty)
    yield from policy_pages.deliveries(last_day)
    yield from procedures.deliveries(city, last_day, is_dirty=is_dirty)
    yield from training_rosters.deliveries(city, people, last_day, is_dirty=is_dirty)
    yield from specialists.deliveries(last_day, is_dirty=is_dirty)
    yield from milestones.deliveries(last_day, is_dirty=is_dirty)
    yield from access_log.deliveries(city, people, last_day, is_dirty=is_dirty)


def is_complete(root: Path, variety: Variety = "dirty") -> bool:
    """Tell whether a whole generation of that variety lies there; one that does not say which it is
    was made before there were any.
    """
    try:
        marker = json.loads((root / MARKER).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    return isinstance(marker, dict) and marker.get("variety") == variety


def generate(
    root: Path, last_day: date = LAST_DAY, *, force: bool = False, variety: Variety = "dirty"
) -> Counter[str] | None:
    """Write `<root>/<source>[/<day>]/<file>` and return the number of files by source, or None if
    it was all there already.

    What lies there of another variety is replaced. Raise ForeignFolderError rather than replace a
    folder that holds anything else.
    """
    root = root.resolve()
    root.parent.mkdir(parents=True, exist_ok=True)
    with _lock(root):
        if is_complete(root, variety) and not force:
            return None
        strangers = (
            sorted(entry.name for entry in root.iterdir() if entry.name not in {MARKER, *SOURCES})
            if root.exists()
            else []
        )
        if strangers:
            raise ForeignFolderError(
                f"{root}: expected only the demonstration's sources, found {strangers[0]}; name"
                " another folder with --to."
            )
        partial, replaced = (
            root.with_name(f".{root.name}.partial"),
            root.with_name(f".{root.name}.replaced"),
        )
        for leftover in (partial, replaced):
            shutil.rmtree(leftover, ignore_errors=True)
        counts = _write(partial, last_day, variety)
        if root.exists():
            root.rename(replaced)
        partial.rename(root)
        shutil.rmtree(replaced, ignore_errors=True)
        return counts


def _write(folder: Path, last_day: date, variety: Variety) -> Counter[str]:
    counts: Counter[str] = Counter()
    known: set[Path] = set()
    for delivery in deliveries(last_day, variety):
        place = folder / delivery.source / (delivery.day.isoformat() if delivery.day else "")
        if place not in known:
            place.mkdir(parents=True, exist_ok=True)
            known.add(place)
        (place / delivery.name).write_bytes(delivery.content)
        counts[delivery.source] += 1
    marker = {
        "first_day": FIRST_DAY.isoformat(),
        "last_day": last_day.isoformat(),
        "variety": variety,
        "files": dict(sorted(counts.items())),
    }
    (folder / MARKER).write_text(json.dumps(marker, indent=2) + "\n", encoding="utf-8")
    return counts


@contextmanager
def _lock(root: Path) -> Iterator[None]:
    with root.with_name(f".{root.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
