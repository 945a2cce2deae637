"""Progress: what a night says of itself as it goes, one line at a time."""

import logging
import sys
from typing import Any

from flows.errors import ShihyoError


def log_to_stdout() -> None:
    """Print our own progress; what libraries have to say goes to Prefect's log and to `logs/`."""
    log = logging.getLogger("shihyo")
    printed = logging.StreamHandler(sys.stdout)
    printed.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    log.addHandler(printed)
    log.setLevel(logging.INFO)
    log.propagate = False
    # A reader of our output who has gone is no reason for a traceback.
    logging.raiseExceptions = False
    logging.getLogger().addHandler(logging.NullHandler())


class _OneLine(logging.Formatter):
    def formatException(self, ei: Any) -> str:  # noqa: N802
        """Name the error in place of its trace."""
        return f"{ei[0].__name__}: {' '.join(str(ei[1]).split())}"


def log_library_to_stderr(name: str) -> None:
    """Write what a library warns of to stderr, in a line or two each."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_OneLine("%(asctime)s %(name)s: %(message)s"))
    logging.getLogger(name).addHandler(handler)


class WithoutTrace(logging.Filter):
    """Leave the trace away of an error of ours: it says in its one line what it was."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without what would fill Prefect's page."""
        if record.exc_info and isinstance(record.exc_info[1], ShihyoError):
            record.exc_info = None
        return True
