"""What the app reads: the published version, the last night's outcome, and query results.

The link is resolved to a file once per run; that file is never written again, so it is opened read-only for the length of one query
and what it said is cached under its name. The status and the run ledger stand outside the warehouse and may be missing or cut short:
the app then says less, and never fails. Nothing of the night (flows, dbt, the audit) may be imported here.
"""

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import streamlit as st

from settings import Settings

Row = dict[str, Any]

_QUERIES = Path(__file__).resolve().parent / "queries"
_VERSION_NAME = re.compile(r"(\d{8})-(\d{8}T\d{6}Z)")
# A night leaves a few kilobytes in the ledger, so this is some months of it.
_LEDGER_TAIL_BYTES = 256 * 1024


class WarehouseUnreadableError(Exception):
    """The published version could not be read."""


@dataclass(frozen=True)
class LastRun:
    """A run as the status or the ledger tells of it; `accounts` says, by source, what lay there and what became of it."""

    run_id: str
    outcome: str
    message: str
    failures: tuple[str, ...]
    warnings: tuple[str, ...]
    accounts: Row
    version: str | None
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class Published:
    """The version that the link points at; `as_of` and `published_at` are None only when its name does not tell them."""

    file: Path
    version: str
    as_of: date | None
    published_at: datetime | None
    is_rolled_back: bool


@dataclass(frozen=True)
class State:
    """All that one run of the app needs to know before it queries anything.

    `unfinished` is a run that began and recorded no end; `unreadable` says why readers cannot have
    what was published.
    """

    published: Published | None
    is_demo: bool
    last_run: LastRun | None
    unfinished: LastRun | None
    unreadable: str | None = None


def read_state(settings: Settings) -> State:
    """Resolve the link and read status and ledger; the demonstration is labelled when either the status or the settings call it one."""
    status = _read_status(settings.published_dir / "status.json")
    events = _read_ledger_tail(settings.published_dir / "runs.jsonl")
    try:
        published, unreadable = _resolve(settings.published_dir / "warehouse.duckdb", events), None
    except WarehouseUnreadableError as error:
        published, unreadable = None, str(error)
    return State(
        published=published,
        is_demo=status.get("is_demo") is True or settings.is_demo,
        last_run=_last_run(status, events),
        unfinished=_unfinished_run(events),
        unreadable=unreadable,
    )


def rows(published: Published, query: str, **parameters: Any) -> list[Row]:
    """Return the rows of `queries/<query>.sql` on the published version; raise WarehouseUnreadableError when it cannot be read."""
    return _cached_rows(str(published.file), query, tuple(sorted(parameters.items())))


@st.cache_data(max_entries=256, show_spinner=False)
def _cached_rows(version_file: str, query: str, parameters: tuple[tuple[str, Any], ...]) -> list[Row]:
    statement = (_QUERIES / f"{query}.sql").read_text(encoding="utf-8")
    try:
        with duckdb.connect(version_file, read_only=True) as connection:
            result = connection.execute(statement, dict(parameters))
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    except duckdb.Error as error:
        raise WarehouseUnreadableError(f"{Path(version_file).name}, {query}: {str(error).splitlines()[0]}") from error


def _resolve(link: Path, events: list[Row]) -> Published | None:
    file = _linked_file(link, events)
    if file is None:
        return None
    version = file.stem.removeprefix("warehouse-")
    matched = _VERSION_NAME.match(version)
    moves = [event for event in events if event.get("event") in ("version", "rollback")]
    published_at = [_instant(event.get("at")) for event in moves if event.get("event") == "version" and event.get("version") == version]
    return Published(
        file=file,
        version=version,
        as_of=_day(matched[1]) if matched else None,
        published_at=published_at[-1] if published_at else _stamp(matched[2]) if matched else None,
        is_rolled_back=bool(moves) and moves[-1].get("event") == "rollback" and moves[-1].get("version") == version,
    )


def _linked_file(link: Path, events: list[Row]) -> Path | None:
    """Return the file that the link names, None before the first night; what is lost is unreadable."""
    try:
        file = link.resolve(strict=True)
        if not file.is_file():
            raise WarehouseUnreadableError(f"{file.name}: no file")
    except FileNotFoundError:
        if link.is_symlink():
            raise WarehouseUnreadableError(f"{link.readlink().name}: not there") from None
        if any(event.get("outcome") == "published" for event in events):
            raise WarehouseUnreadableError(f"{link.name}: not there") from None
        return None
    except (OSError, RuntimeError) as error:  # no right to read it; a link to itself
        raise WarehouseUnreadableError(f"{link.name}: {type(error).__name__}") from None
    return file


def _read_status(path: Path) -> Row:
    try:
        status = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return status if isinstance(status, dict) else {}


def _read_ledger_tail(path: Path) -> list[Row]:
    """Return the ledger's last events in order; a line that is no JSON object, such as one cut short by a crash, is passed over."""
    try:
        with path.open("rb") as ledger:
            ledger.seek(0, os.SEEK_END)
            ledger.seek(max(0, ledger.tell() - _LEDGER_TAIL_BYTES))
            tail = ledger.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    return list(_events(tail.splitlines()))


def _events(lines: Iterable[str]) -> Iterable[Row]:
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event


def _last_run(status: Row, events: list[Row]) -> LastRun | None:
    """Return the run that finished last; the ledger knows it when the status was lost or a crash came between the two."""
    finished = [event for event in events if event.get("event") == "finished"]
    told = [_run(run) for run in (*finished[-1:], status.get("last_run")) if isinstance(run, dict)]
    return max(told, key=lambda run: run.finished_at or datetime.min.replace(tzinfo=UTC), default=None)


def _unfinished_run(events: list[Row]) -> LastRun | None:
    started = [event for event in events if event.get("event") == "started"]
    ended = {event.get("run_id") for event in events if event.get("event") == "finished"}
    return _run(started[-1]) if started and started[-1].get("run_id") not in ended else None


def _run(described: Row) -> LastRun:
    version, accounts = described.get("version"), described.get("accounts")
    return LastRun(
        run_id=str(described.get("run_id") or ""),
        outcome=str(described.get("outcome") or "unknown"),
        message=str(described.get("message") or ""),
        failures=_texts(described.get("failures")),
        warnings=_texts(described.get("warnings")),
        accounts=accounts if isinstance(accounts, dict) else {},
        version=version if isinstance(version, str) else None,
        started_at=_instant(described.get("started_at")),
        finished_at=_instant(described.get("finished_at")),
    )


def _texts(found: Any) -> tuple[str, ...]:
    return tuple(str(text) for text in found) if isinstance(found, list) else ()


def _instant(text: Any) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _day(digits: str) -> date | None:
    try:
        return datetime.strptime(digits, "%Y%m%d").date()
    except ValueError:
        return None


def _stamp(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
