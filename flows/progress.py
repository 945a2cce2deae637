"""Progress: what a night says of itself as it goes, one line at a time."""

import logging
import sys


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
