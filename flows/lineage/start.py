"""Tell the lineage of a run to the address that is configured, by a child, as it begins and when it
has ended. Whatever fails here is a warning, and never a night's failure.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flows.ledger import runs
from flows.run import Run
from published import FinishedRun, manifest_file, version_file
from settings import ROOT, Settings

log = logging.getLogger("shihyo.lineage")

_SECONDS_TO_BEGIN, _SECONDS_TO_END = 15, 60


@contextmanager
def lineage_told(settings: Settings, run: Run) -> Iterator[None]:
    """Tell that a run begins and how it ended. One that a person interrupts stays open there."""
    if not settings.lineage_url.get_secret_value():
        yield
        return
    _tell(settings, _begun(run), _SECONDS_TO_BEGIN)
    try:
        yield
    except Exception:
        _tell_end(settings, run)
        raise
    _tell_end(settings, run)


def _begun(run: Run) -> dict[str, Any]:
    return {"has_ended": False, "command": run.command, "at": _at(run.started_at)} | {
        "run_id": run.run_id,
        "as_of": run.as_of.isoformat(),
    }


def _tell_end(settings: Settings, run: Run) -> None:
    try:
        ended = next(
            (
                each
                for each in runs(settings)
                if isinstance(each, FinishedRun) and each.run_id == run.run_id and each.finished_at
            ),
            None,
        )
    except OSError as error:
        log.warning("warning: the lineage of this run was not told (%s)", type(error).__name__)
        return
    if ended is None or ended.finished_at is None:  # it never began: another run held the warehouse
        return
    version = ended.version if ended.outcome == "published" else None
    facts = {
        "has_ended": True,
        "at": _at(ended.finished_at),
        "outcome": ended.outcome,
        "message": ended.message,
        "version": version,
        "warehouse": str(version_file(settings, version)) if version else None,
        "manifest": str(manifest_file(settings, version)) if version else None,
    }
    _tell(settings, _begun(run) | facts, _SECONDS_TO_END)


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _tell(settings: Settings, facts: dict[str, Any], seconds: int) -> None:
    asked = facts | {
        "url": settings.lineage_url.get_secret_value(),
        "key": settings.lineage_key.get_secret_value(),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "flows.lineage.send"],
            cwd=ROOT,
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=seconds,
        )
        why = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        why = f"no answer within {seconds} s"
    except (OSError, ValueError) as error:
        why = type(error).__name__
    if why:
        log.warning("warning: the lineage of this run was not told (%s)", why)
