"""The run ledger: what every night did, held, failed or published.

It stands outside the warehouse, because a night that failed has none, and it is only appended to.
Its events are those of `published.py`.
"""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flows.lock import is_held
from published import FinishedRun, RunEvent, events, ledger_file
from settings import Settings


def append(settings: Settings, entry: dict[str, Any]) -> None:
    """Append an event's entry and force it to disk.

    A line that a crash cut short stays a line of its own.
    """
    path = ledger_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    line = json.dumps({"at": at, **entry}, ensure_ascii=False)
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


def runs(settings: Settings) -> list[FinishedRun]:
    """Return one entry a run, oldest first.

    One that began and never ended has the outcome `interrupted` (or `running`).
    """
    found: dict[str, FinishedRun] = {}
    for event in events(settings):
        if isinstance(event, FinishedRun):
            found[event.run_id] = event
        elif isinstance(event, RunEvent):
            begun = event.describe() | {"outcome": "interrupted"}
            found[event.run_id] = FinishedRun.model_validate(begun)
    if found and is_held(settings):
        last = found[next(reversed(found))]
        last.outcome = "running" if last.outcome == "interrupted" else last.outcome
    return list(found.values())


def last_read(settings: Settings, source_name: str) -> date | None:
    """Return the as-of date of the last run that reached a source, with anything new or not.

    None when none is known to have.
    """
    entered = [event for event in events(settings) if isinstance(event, RunEvent)]
    read = [run.as_of for run in entered if run.as_of and source_name in run.sources_read]
    return max(read, default=None)
