"""One run, from its beginning to its end in the ledger and the status.

The link alone says which version is published; the ledger and the status describe it.
"""

import logging
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from pydantic import Field, PrivateAttr

from flows.errors import ShihyoError
from flows.ledger import append
from flows.machine.disks import disk_trouble
from flows.status import write_status
from published import FinishedRun, Moment, RunEvent, published_version
from settings import Settings

log = logging.getLogger("shihyo.runs")

_going: list[tuple[Settings, "Run"]] = []  # runs of this process that have no end yet
_OUTCOMES = {3: "audit_failed", 4: "source_unavailable", 6: "held"}


class Run(RunEvent):
    """One run as it goes: what it was asked for and how far it has come."""

    as_of: date
    run_id: str = Field(default_factory=lambda: uuid.uuid4().hex[:12])
    started_at: Moment = Field(default_factory=lambda: datetime.now(UTC))
    stage: str = "land"
    published_before: str | None = Field(default=None, exclude=True)

    _entered: float = PrivateAttr(default_factory=time.monotonic)

    def __init__(self, command: str, as_of: date, **facts: Any) -> None:
        """Begin a run now; `facts` are further fields."""
        super().__init__(command=command, as_of=as_of, **facts)

    def enter(self, stage: str) -> None:
        """Begin a stage, and note how long the one before it took."""
        now = time.monotonic()
        took = self.stage_seconds.get(self.stage, 0.0) + now - self._entered
        self.stage_seconds[self.stage] = round(took, 2)
        self.stage, self._entered = stage, now


@contextmanager
def recorded(settings: Settings, run: Run) -> Iterator[Run]:
    """Write a run's beginning and end into the ledger and its outcome into the status, whatever
    happens in between.

    A run whose version the link names is published, whatever failed after it: a Prefect server that
    died, say, becomes a warning.
    """
    append(settings, run.entry())
    _going.append((settings, run))
    try:
        yield run
    except BaseException as error:
        _going.remove((settings, run))
        if not _is_published(settings, run):
            _finish_failed(settings, run, error)
            raise
        run.warnings.append(
            f"after publishing: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
        )
        log.warning("warning: %s", run.warnings[-1])
        if not isinstance(error, Exception):
            _finish_published(settings, run)
            raise
    else:
        _going.remove((settings, run))
    _finish_published(settings, run)


def give_up(reason: str) -> None:
    """Write the end of what goes on in this process, which is about to be killed: a run that is held
    up cannot do it itself.
    """
    for settings, run in list(_going):
        if _is_published(settings, run):
            _finish_published(settings, run)
        else:
            _finish_failed(settings, run, ShihyoError(reason))


def _is_published(settings: Settings, run: Run) -> bool:
    return run.version is not None and published_version(settings) == run.version


def _finish_failed(settings: Settings, run: Run, error: BaseException) -> None:
    exit_code = getattr(error, "exit_code", 1)
    outcome = _OUTCOMES.get(exit_code, "failed")
    try:
        _finish(
            settings,
            run,
            outcome=outcome,
            exit_code=exit_code,
            message=str(error) or type(error).__name__,
        )
    except (
        OSError
    ) as unwritten:  # the disk that is full for the ledger must not hide why the night failed
        why = disk_trouble(unwritten, settings) or unwritten
        log.warning("warning: the end of the night could not be recorded: %s", why)


def _finish_published(settings: Settings, run: Run) -> None:
    with telling_of_published(run.version):
        _finish(
            settings,
            run,
            outcome="published",
            exit_code=0,
            message=f"version {run.version} is published",
        )


@contextmanager
def telling_of_published(version: str | None) -> Iterator[None]:
    """Say of an error after the link has moved that the version is published all the same."""
    try:
        yield
    except OSError as error:
        raise ShihyoError(
            f"version {version} is published, but the ledger or the status could not be written"
            f" ({error.strerror}); next: give the published folder room and rights; the next night"
            " writes them again"
        ) from None


def _finish(settings: Settings, run: Run, *, outcome: str, exit_code: int, message: str) -> None:
    run.enter(run.stage)
    ended = {
        "finished_at": datetime.now(UTC),
        "outcome": outcome,
        "exit_code": exit_code,
        "message": message,
    }
    end = FinishedRun.model_validate(run.describe() | ended)
    append(settings, end.entry())
    write_status(settings, last_run=end)
