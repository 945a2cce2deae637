"""What the app reads: the published version, the last night's outcome, and query results.

The link is resolved to a file once per run; that file is never written again, so it is opened
read-only for the length of one page's queries, and what it said is cached under its name. The
status and the run ledger stand outside the warehouse and may be missing or cut short: the app then
says less, and never fails. Nothing of the night (flows, dbt, the audit) may be imported here; what
both know of `published/` is in `published.py`.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from app.drawing.rows import Row
from app.drawing.words import Language
from published import (
    VERSION_FILE,
    EnteredVersion,
    Event,
    FinishedRun,
    Rollback,
    RunEvent,
    Status,
    events,
    kept_files,
    last_published,
    one_page_file,
    published_link,
    published_version,
    status_as_found,
    version_as_of,
    version_file,
    version_of,
    version_started_at,
)
from settings import Settings

T = TypeVar("T")

_QUERIES = Path(__file__).resolve().parent / "queries"
# A night leaves a few kilobytes in the ledger, so this is some months of it.
_LEDGER_TAIL_BYTES = 256 * 1024


class WarehouseUnreadableError(Exception):
    """The published version could not be read."""


class WarehouseOutdatedError(WarehouseUnreadableError):
    """The published version was built before the marts or columns that the app asks for."""


class _Record(dict[str, Any]):
    """A row of a query, in which a version of an earlier release may lack what a page draws."""

    def __missing__(self, column: str) -> Any:
        raise WarehouseOutdatedError(f"no column {column}")


@dataclass(frozen=True)
class Published:
    """The version that the link points at; `as_of` and `published_at` are None only when its name
    does not tell them.
    """

    file: Path
    version: str
    as_of: date | None
    published_at: datetime | None
    is_rolled_back: bool


@dataclass(frozen=True)
class State:
    """All that one run of the app needs to know before it queries anything.

    `unfinished` is a run that began and recorded no end; `unreadable` says why readers cannot have
    what was published. `events` are the last of the ledger, `kept` the versions that are there.
    """

    published: Published | None
    is_demo: bool
    last_run: FinishedRun | None
    unfinished: RunEvent | None
    unreadable: str | None = None
    events: tuple[Event, ...] = ()
    kept: tuple[str, ...] = ()


def read_state(settings: Settings) -> State:
    """Resolve the link, then read status and ledger: what a link names was entered there before.

    The demonstration is labelled when either the status or the settings call it one.
    """
    link = published_link(settings)
    try:
        file, unreadable = _linked_file(link), None
    except WarehouseUnreadableError as error:
        file, unreadable = None, str(error)
    status, found = status_as_found(settings), _last_events(settings)
    if file is None and unreadable is None and last_published(found):
        unreadable = f"{link.name}: not there"
    return State(
        published=_published(file, found) if file else None,
        is_demo=status.is_demo or settings.is_demo,
        last_run=_last_run(status, found),
        unfinished=_unfinished_run(found),
        unreadable=unreadable,
        events=tuple(found),
        kept=tuple(version_of(file) for file in kept_files(settings)),
    )


def has_moved(settings: Settings, state: State) -> bool:
    """Say whether the link names another version by now than the one of a state, or one at all."""
    try:
        now = published_version(settings)
    except (OSError, RuntimeError):
        return False
    return now is not None and (state.published is None or state.published.version != now)


def at_version(settings: Settings, state: State, version: str) -> State | None:
    """Return the state with a kept version in place of the published one, or None when it is gone."""
    file = version_file(settings, version)
    if not VERSION_FILE.fullmatch(file.name) or not file.is_file():
        return None
    return replace(state, published=_published(file, list(state.events)), unreadable=None)


def read_one_page(
    settings: Settings, published: Published | None, language: Language
) -> dict[str, bytes]:
    """Return the one-page copies of the published version that it has: `html`, and `pdf`."""
    found = {}
    if published:
        page = one_page_file(settings, published.version, language)
        for form in ("html", "pdf"):
            with suppress(OSError):
                found[form] = page.with_suffix(f".{form}").read_bytes()
    return found


def read(published: Published, queries: Iterable[str], **parameters: Any) -> dict[str, list[Row]]:
    """Return the rows of each `queries/<query>.sql` on the published version, by the query's name.

    A query is given those of the parameters that it names. Raises WarehouseUnreadableError.
    """
    return _read(str(published.file), tuple(queries), tuple(sorted(parameters.items())))


# A page of each indicator and the others, in a version and the one before it.
@lru_cache(maxsize=64)
def _read(
    version_file: str, queries: tuple[str, ...], parameters: tuple[tuple[str, Any], ...]
) -> dict[str, list[Row]]:
    try:
        with duckdb.connect(version_file, read_only=True) as connection:
            return {query: _rows(connection, query, dict(parameters)) for query in queries}
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise WarehouseOutdatedError(str(error).splitlines()[0]) from error
    except duckdb.Error as error:
        raise WarehouseUnreadableError(str(error).splitlines()[0]) from error


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any]
) -> list[Row]:
    statement = (_QUERIES / f"{query}.sql").read_text(encoding="utf-8")
    named = {name: each for name, each in parameters.items() if f"${name}" in statement}
    result = connection.execute(statement, named)
    names = [column[0] for column in result.description or ()]
    return [_Record(zip(names, row, strict=True)) for row in result.fetchall()]


def _last_events(settings: Settings) -> list[Event]:
    try:
        return events(settings, _LEDGER_TAIL_BYTES)
    except OSError:
        return []


def _published(file: Path, found: list[Event]) -> Published:
    version = version_of(file)
    entered = [
        event.at
        for event in found
        if isinstance(event, EnteredVersion) and event.version == version
    ]
    moves = [event for event in found if isinstance(event, EnteredVersion | Rollback)]
    return Published(
        file=file,
        version=version,
        as_of=_read_of(version_as_of, version),
        published_at=entered[-1] if entered else _read_of(version_started_at, version),
        is_rolled_back=bool(moves)
        and isinstance(moves[-1], Rollback)
        and moves[-1].version == version,
    )


def _read_of(read: Callable[[str], T], version: str) -> T | None:
    """Return what a version's name tells; None of a file that was named otherwise."""
    try:
        return read(version)
    except ValueError:
        return None


def _linked_file(link: Path) -> Path | None:
    """Return the file that the link names, None without a link; what is lost is unreadable."""
    try:
        file = link.resolve(strict=True)
        if not file.is_file():
            raise WarehouseUnreadableError(f"{file.name}: no file")
    except FileNotFoundError:
        if link.is_symlink():
            raise WarehouseUnreadableError(f"{link.readlink().name}: not there") from None
        return None
    except (OSError, RuntimeError) as error:  # no right to read it; a link to itself
        raise WarehouseUnreadableError(f"{link.name}: {type(error).__name__}") from None
    return file


def _last_run(status: Status, found: list[Event]) -> FinishedRun | None:
    """Return the run that finished last.

    The ledger knows it when the status was lost, or a crash came between the two.
    """
    finished = [event for event in found if isinstance(event, FinishedRun)]
    known = [run for run in (*finished[-1:], status.last_run) if run]
    return max(
        known, key=lambda run: run.finished_at or datetime.min.replace(tzinfo=UTC), default=None
    )


def _unfinished_run(found: list[Event]) -> RunEvent | None:
    runs = [event for event in found if isinstance(event, RunEvent)]
    started = [run for run in runs if not isinstance(run, FinishedRun)]
    ended = {run.run_id for run in runs if isinstance(run, FinishedRun)}
    return started[-1] if started and started[-1].run_id not in ended else None
