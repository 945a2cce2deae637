"""The run ledger: what every night did, held, failed or published; and the lock that lets one night run at a time.

The ledger (`published/runs.jsonl`, append-only) and `published/status.json` stand outside the warehouse, because a night that failed has
no warehouse. Which version is published is told by the link alone; the ledger and the status describe it.
"""

import fcntl
import json
import logging
import os
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from flows.errors import ShihyoError, WarehouseBusy
from flows.machine.disks import disk_trouble
from flows.machine.rights import close_to_others
from settings import Settings

log = logging.getLogger("shihyo.runs")

STAGES = ("land", "write", "audit", "publish")


@dataclass
class Run:
    """One run as it goes: what it was asked for and how far it has come."""

    command: str
    as_of: date
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    stage: str = "land"
    version: str | None = None
    published_before: str | None = None
    warnings: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    sources_read: list[str] = field(default_factory=list)
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        """Return the run as the ledger writes it."""
        return {
            "run_id": self.run_id,
            "command": self.command,
            "as_of": self.as_of.isoformat(),
            "started_at": self.started_at.isoformat(timespec="seconds"),
            "stage": self.stage,
            "version": self.version,
            "warnings": self.warnings,
            "failures": self.failures,
            "counts": self.counts,
            "sources_read": self.sources_read,
            "accounts": self.accounts,
        }


@contextmanager
def recorded(settings: Settings, run: Run) -> Iterator[Run]:
    """Write a run's beginning and end into the ledger and its outcome into the status, whatever happens in between.

    A run whose version the link names is published, whatever failed after it: a Prefect server that died, say, becomes a warning.
    """
    append(settings, {"event": "started", **run.describe()})
    try:
        yield run
    except BaseException as error:
        if run.version is None or published_version(settings) != run.version:
            _finish_failed(settings, run, error)
            raise
        run.warnings.append(f"after publishing: {type(error).__name__}: {' '.join(str(error).split())[:300]}")
        log.warning("warning: %s", run.warnings[-1])
        if not isinstance(error, Exception):
            _finish_published(settings, run)
            raise
    _finish_published(settings, run)


def _finish_failed(settings: Settings, run: Run, error: BaseException) -> None:
    exit_code = getattr(error, "exit_code", 1)
    outcome = _OUTCOMES.get(exit_code, "failed")
    try:
        _finish(settings, run, outcome=outcome, exit_code=exit_code, message=str(error) or type(error).__name__)
    except OSError as unwritten:  # the disk that is full for the ledger must not hide why the night failed
        told = disk_trouble(unwritten, settings) or unwritten
        log.warning("warning: the end of the night could not be recorded: %s", told)


def _finish_published(settings: Settings, run: Run) -> None:
    with telling_of_published(run.version):
        _finish(settings, run, outcome="published", exit_code=0, message=f"version {run.version} is published")


@contextmanager
def telling_of_published(version: str | None) -> Iterator[None]:
    """Say of an error after the link has moved that the version is published all the same."""
    try:
        yield
    except OSError as error:
        raise ShihyoError(
            f"version {version} is published, but the ledger or the status could not be written ({error.strerror}); "
            "next: give the published folder room and rights; the next night writes them again"
        ) from None


_OUTCOMES = {3: "audit_failed", 4: "source_unavailable"}


def _finish(settings: Settings, run: Run, *, outcome: str, exit_code: int, message: str) -> None:
    finished_at = datetime.now(UTC).isoformat(timespec="seconds")
    end = {**run.describe(), "finished_at": finished_at, "outcome": outcome, "exit_code": exit_code, "message": message}
    append(settings, {"event": "finished", **end})
    write_status(settings, last_run=end)


def append(settings: Settings, event: dict[str, Any]) -> None:
    """Append one event to the ledger and force it to disk; a line that a crash cut short stays a line of its own."""
    path = _ledger(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **event}, ensure_ascii=False)
    with path.open("ab+") as ledger:
        if ledger.tell() and not _ends_with_newline(path):
            ledger.write(b"\n")
        ledger.write(line.encode() + b"\n")
        ledger.flush()
        os.fsync(ledger.fileno())


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as ledger:
        ledger.seek(-1, os.SEEK_END)
        return ledger.read(1) == b"\n"


def events(settings: Settings) -> list[dict[str, Any]]:
    """Return the ledger's events in order; lines that a crash cut short, or that are no event at all, are passed over."""
    if not _ledger(settings).exists():
        return []
    found = []
    for line in _ledger(settings).read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and event.keys() >= _EVENT_KEYS.get(str(event.get("event")), {"event"}):
            found.append(event)
    return found


_RUN_KEYS = frozenset({"run_id", "command", "as_of", "started_at"})
_EVENT_KEYS = {"started": _RUN_KEYS, "finished": _RUN_KEYS | {"outcome"}, "version": frozenset({"version", "sha256"})}


def last_read(settings: Settings, source_name: str) -> date | None:
    """Return the as-of date of the last run that reached a source, whether it had anything new or not; None when none is known to have."""
    days = [str(event["as_of"]) for event in events(settings) if source_name in (event.get("sources_read") or ())]
    return max((date.fromisoformat(day) for day in days if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day)), default=None)


def history(settings: Settings) -> list[dict[str, Any]]:
    """Return one entry a run, oldest first; one that began and never ended has the outcome `interrupted` (or `running`)."""
    runs: dict[str, dict[str, Any]] = {}
    for event in events(settings):
        if event.get("event") == "started":
            runs[event["run_id"]] = {**event, "outcome": "interrupted"}
        elif event.get("event") == "finished":
            runs[event["run_id"]] = event
    if runs and is_held(settings):
        last = runs[next(reversed(runs))]
        last["outcome"] = "running" if last["outcome"] == "interrupted" else last["outcome"]
    return list(runs.values())


def write_status(settings: Settings, *, last_run: dict[str, Any] | None = None) -> None:
    """Replace `published/status.json`: the last night's outcome beside the version that is published."""
    path = settings.published_dir / "status.json"
    status = {
        "published_version": published_version(settings),
        "is_demo": settings.is_demo,
        "last_run": last_run or _last_run(path),
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    replace_file(path, json.dumps(status, ensure_ascii=False, indent=2).encode())


def _last_run(status: Path) -> Any:
    """Return the last run that the status tells of; a damaged status tells of none, and stops nobody."""
    try:
        return json.loads(status.read_text(encoding="utf-8")).get("last_run")
    except (OSError, ValueError, AttributeError):
        return None


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in place whole: written beside it, forced to disk, renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def fsync_folder(folder: Path) -> None:
    """Force a folder's entries to disk, so that a rename in it survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def published_link(settings: Settings) -> Path:
    """Return the link that readers resolve."""
    return settings.published_dir / "warehouse.duckdb"


def version_file(settings: Settings, version: str) -> Path:
    """Return the file of a version, kept or not."""
    return settings.published_dir / f"warehouse-{version}.duckdb"


def manifest_file(settings: Settings, version: str) -> Path:
    """Return dbt's manifest of the project that built a version: what `shihyo dev` compares the project with."""
    return settings.published_dir / f"warehouse-{version}.manifest.json"


def published_version(settings: Settings) -> str | None:
    """Return the version that the link points at, None before the first night."""
    link = published_link(settings)
    return link.resolve().stem.removeprefix("warehouse-") if link.exists() else None


def published_as_of(settings: Settings) -> date | None:
    """Return the as-of date of the published version; it is the first part of a version's name."""
    version = published_version(settings)
    return version_as_of(version) if version else None


def version_as_of(version: str) -> date:
    """Return the as-of date that a version's name begins with."""
    return datetime.strptime(version.split("-")[0], "%Y%m%d").date()


@contextmanager
def warehouse_lock(settings: Settings) -> Iterator[None]:
    """Hold the warehouse for one run; raise WarehouseBusy at once when another run holds it. The lock dies with its process."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    busy = f"another run holds the warehouse in {settings.data_dir}; next: wait for it, or see shihyo runs"
    with exclusive(_lock_file(settings), busy):
        close_to_others(settings)
        yield


@contextmanager
def exclusive(lock_file: Path, busy: str) -> Iterator[None]:
    """Hold a file's lock; raise WarehouseBusy with the text given when another process holds it."""
    with lock_file.open("a+") as lock:
        if not _locked(lock):
            raise WarehouseBusy(busy)
        yield


def _locked(lock: IO[str]) -> bool:
    """Try for half a second: `is_held` takes the lock for an instant, and must not turn a night away."""
    for _ in range(5):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        else:
            return True
    return False


def is_held(settings: Settings) -> bool:
    """Tell whether a run holds the warehouse now."""
    if not _lock_file(settings).exists():
        return False
    with _lock_file(settings).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock_file(settings: Settings) -> Path:
    return settings.data_dir / ".lock"


def _ledger(settings: Settings) -> Path:
    return settings.published_dir / "runs.jsonl"
