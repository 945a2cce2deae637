"""The log of a run as JSON lines, for programs: one object a line, beside what is printed.

Every line names the run, its stage and when; `facts` of a log record become fields of their own.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from flows.run import Run
from settings import Settings, mask_secrets

_BYTES, _KEPT = 10_000_000, 5


def json_log_file(settings: Settings) -> Path:
    """Return the file of the JSON lines; older ones lie beside it with a number."""
    return settings.logs_dir / "shihyo.jsonl"


@contextmanager
def logged_as_json(settings: Settings, run: Run) -> Iterator[None]:
    """Write what a run logs as JSON lines while the block runs; a disk that takes none stops no
    run.
    """
    try:
        settings.logs_dir.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            json_log_file(settings), maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8"
        )
    except OSError:
        yield
        return
    handler.setFormatter(_JsonLine(run))
    log = logging.getLogger("shihyo")
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        handler.close()


class _JsonLine(logging.Formatter):
    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line of JSON."""
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "run_id": self._run.run_id,
            "command": self._run.command,
            "as_of": str(self._run.as_of),
            "stage": self._run.stage,
            "logger": record.name,
            "message": mask_secrets(record.getMessage()),
            **getattr(record, "facts", {}),
        }
        return json.dumps(line, ensure_ascii=False, default=str)
