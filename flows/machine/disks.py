"""Disks: say which place could not be written and why, by the error and by what the disk says.

Nothing is written here, and nothing raises: this is asked when something has failed already.
"""

import errno
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from published import published_link
from settings import Settings

# With less than this nothing can be written, whatever an error says.
_NEARLY_NOTHING_BYTES = 1_000_000
# DuckDB takes room by megabytes and gives it back when it fails: what was full then has some.
_FULL_BELOW_BYTES = 64_000_000
_OF_A_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG})
_OF_RIGHTS = frozenset({errno.EACCES, errno.EPERM})
# What DuckDB, SQLite and Python say in words, where no number comes with the error.
_SAID = {
    "no space left on device": errno.ENOSPC,
    "database or disk is full": errno.ENOSPC,
    "max_temp_directory_size": errno.ENOSPC,
    "disk quota exceeded": errno.EDQUOT,
    "read-only file system": errno.EROFS,
    "attempt to write a readonly database": errno.EROFS,
    "input/output error": errno.EIO,
    "disk i/o error": errno.EIO,
    "file too large": errno.EFBIG,
    "permission denied": errno.EACCES,
    "operation not permitted": errno.EPERM,
}
_QUOTED_PATH = re.compile(r"""["'](/[^"'\n]+)["']""")
_LOG_TAIL_BYTES = 64 * 1024


def free_bytes(place: Path) -> int:
    """Return the bytes that this user may still write where a place is, or would be."""
    disk = os.statvfs(_existing(place))
    return disk.f_bavail * disk.f_frsize


def has_room_for_files(place: Path) -> bool:
    """Tell whether another file can be made; a file system that counts none always has room."""
    disk = os.statvfs(_existing(place))
    return disk.f_files == 0 or disk.f_favail > 0


def written_places(settings: Settings) -> tuple[Path, ...]:
    """Return every place that a night writes to; they may be disks of their own."""
    return (
        settings.landing_dir,
        settings.candidate_dir,
        settings.published_dir,
        settings.logs_dir,
        _prefect_home(settings),
        Path(tempfile.gettempdir()),
    )


def needed_bytes(settings: Settings) -> int:
    """Return the room that a night should find: for a candidate, a version, and 1 GiB besides."""
    link = published_link(settings)
    return 2 * (link.stat().st_size if link.exists() else 0) + 1024**3


def filling_place(settings: Settings) -> str | None:
    """Say where a night, and the next one, may soon find no room; None where there is enough."""
    needed = needed_bytes(settings)
    for place in (settings.landing_dir, settings.candidate_dir, settings.published_dir):
        free = free_bytes(place)
        if free < needed:
            return f"{place} has {free / 1e9:.1f} GB free; a night should find {needed / 1e9:.1f}"
    return None


def full_place(settings: Settings) -> str | None:
    """Say which of the places that a night writes to has no room now; None when all have some."""
    try:
        return next(
            (_trouble(errno.ENOSPC, each) for each in written_places(settings) if _is_full(each)),
            None,
        )
    except OSError:  # a place that cannot even be asked how full it is
        return None


def _is_full(place: Path) -> bool:
    return free_bytes(place) < _NEARLY_NOTHING_BYTES or not has_room_for_files(place)


def disk_trouble(error: BaseException, settings: Settings) -> str | None:
    """Say which place could not be read or written when an error says so, and what to do."""
    try:
        return next(filter(None, (_trouble_by(each, settings) for each in _chain(error))), None)
    except OSError:
        return None


def with_full_place(message: str, settings: Settings) -> str:
    """Add to what failed for a reason of its own that a disk is full, if one is."""
    full = full_place(settings)
    return f"{message}; besides, {full}" if full else message


def server_log(settings: Settings) -> Path:
    """Return the file that Prefect's server, where it is our own, logs to."""
    return settings.logs_dir / "prefect-server.log"


def last_lines_of_server(settings: Settings) -> str:
    """Return the end of what Prefect's server has logged, if it has logged anything."""
    try:
        with server_log(settings).open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_TAIL_BYTES))
            return log.read().decode("utf-8", errors="replace")
    except OSError:
        return ""


def is_of_server(error: BaseException) -> bool:
    """Tell an answer of Prefect's server that it could not do its work; why stands in its log."""
    status = getattr(getattr(error, "response", None), "status_code", 0)
    return isinstance(status, int) and status >= 500


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _trouble_by(error: BaseException, settings: Settings) -> str | None:
    number = error.errno if isinstance(error, OSError) else None
    named = _path_of(error)
    if number in _OF_A_DISK or (number in _OF_RIGHTS and named):
        return _trouble(number or 0, named or _likely_place(number or 0, settings))
    if trouble := _trouble_in(str(error), settings):
        return trouble
    if is_of_server(error) and (said := _number_in(last_lines_of_server(settings))):
        return _trouble(said, _prefect_home(settings))
    return None


def _path_of(error: BaseException) -> Path | None:
    # Of a copy the second path is the one that is written.
    named = (error.filename2 or error.filename) if isinstance(error, OSError) else None
    return Path(os.fsdecode(named)) if isinstance(named, str | bytes | os.PathLike) else None


def _trouble_in(text: str, settings: Settings) -> str | None:
    number = _number_in(text)
    if number is None:
        return None
    ours = (settings.data_dir, *written_places(settings))
    quoted = map(Path, _QUOTED_PATH.findall(text))
    named = next((path for path in quoted if any(map(path.is_relative_to, ours))), None)
    if number in _OF_RIGHTS and named is None:
        return None
    return _trouble(number, named or _likely_place(number, settings))


def _number_in(text: str) -> int | None:
    lowered = text.lower()
    return next((number for words, number in _SAID.items() if words in lowered), None)


def _likely_place(number: int, settings: Settings) -> Path:
    """Return the place that an error without a path is about: the one that is in such a state."""
    places = written_places(settings)
    if number == errno.EROFS:
        return next(filter(_is_read_only, places), settings.data_dir)
    return min(places, key=lambda place: (has_room_for_files(place), free_bytes(place)))


def _trouble(number: int, place: Path) -> str:
    free = f"{free_bytes(place) / 1e6:.1f} MB free"
    if number in _OF_RIGHTS:
        what = "read" if _is_there(place) and not os.access(place, os.R_OK) else "write"
        return f"no right to {what} {place}; next: give this user the right"
    if number == errno.EROFS:
        what = f"the disk of {place} is" if _is_read_only(place) else f"{place} is"
        return f"{what} read-only; next: make it writable and run again"
    if number == errno.EIO:
        return f"the disk of {place} gives input/output errors; next: read the system's log"
    if number == errno.EDQUOT:
        return f"the quota for {place} is used up; next: make room within it, or have it raised"
    if number == errno.EFBIG:
        return f"{place} has reached the limit on a file's size; next: raise it (ulimit -f)"
    room = "" if has_room_for_files(place) else "no inodes are left for another file; "
    was = "was full when it was written" if free_bytes(place) >= _FULL_BELOW_BYTES else "is full"
    return f"the disk of {place} {was} ({room}{free}); next: make room there and run again"


def _is_read_only(place: Path) -> bool:
    return bool(os.statvfs(_existing(place)).f_flag & os.ST_RDONLY)


def _prefect_home(settings: Settings) -> Path:
    return Path(os.environ.get("PREFECT_HOME") or settings.logs_dir / "prefect")


def _existing(place: Path) -> Path:
    """Return the nearest place above, or itself, that is there."""
    return next(filter(_is_there, (place, *place.parents)))


def _is_there(place: Path) -> bool:
    # Path.exists raises where the folder above may not be read.
    return os.path.exists(place)  # noqa: PTH110
