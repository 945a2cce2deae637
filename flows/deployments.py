"""The flows that prefect.yaml deploys: what `shihyo run` and `shihyo backfill` do, for the worker
of `shihyo up` or a Prefect server and worker of your own.
"""

import atexit
import logging
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.children.process import PATIENCE_SECONDS
from flows.endings import one_line
from flows.errors import AuditFailed, HeldForApproval, ShihyoError, SourceUnavailable, WarehouseBusy
from flows.machine.clock import today_in_japan
from flows.machine.rights import keep_private
from flows.night.start import run_backfill, run_night
from flows.progress import log_library_to_stderr, log_to_stdout
from flows.run import give_up
from settings import ConfigurationError, settings

log = logging.getLogger("shihyo.night")

# Less than its worker's keeper has: that kills the worker and all that it began, without asking.
_PATIENCE_SECONDS = PATIENCE_SECONDS * 2 / 3
# What Prefect watches a run with; each says with a trace that its server has gone.
_OBSERVERS = ("prefect.FlowRunCancellingObserver", "prefect.FlowRunSuspendingObserver")
_NAMES: tuple[tuple[type[ShihyoError], str], ...] = (
    (AuditFailed, "Refused"),
    (SourceUnavailable, "Source unavailable"),
)


def _name_of_night() -> str:
    return f"night of {flow_run.parameters['as_of'] or today_in_japan()}"


@flow(name="scheduled night", flow_run_name=_name_of_night, persist_result=False)
def night(as_of: date | None = None) -> State[Any] | None:
    """Land what is new, build, audit and publish what holds.

    Args:
        as_of: The night's date, YYYY-MM-DD; left empty, today in Japan. It may not be earlier than
            the published one.
    """
    return _ended(lambda: run_night(settings(), as_of or today_in_japan()))


@flow(
    name="scheduled backfill",
    flow_run_name="backfill from {first} to {last}",
    persist_result=False,
)
def backfill(first: date, last: date, step: Literal["day", "month"] = "day") -> State[Any] | None:
    """Land date by date what had been delivered by each, and build once.

    Args:
        first: The first date, YYYY-MM-DD: what lies in the drop folders without a day of its own
            is known from this date on.
        last: The last date, and so the as-of date of what is published. It may not be earlier than
            the published one.
        step: Whether deliveries are looked for as of every day, or of every first of a month.
    """
    return _ended(lambda: run_backfill(settings(), first, last, step))


def _ended(run: Callable[[], None]) -> State[Any] | None:
    """Run it, and return how it ended as Prefect's page shows it: in one line, without a trace."""
    keep_private()
    log_to_stdout()
    for observer in _OBSERVERS:
        log_library_to_stderr(observer)
    _end_with_parent()
    atexit.register(_say_nothing_more)
    try:
        run()
    except WarehouseBusy as busy:
        return Completed(name="Skipped", message=one_line(busy))
    except HeldForApproval as held:
        return Completed(name="Held", message=one_line(held))
    except (ShihyoError, ConfigurationError) as error:
        name = next((name for kind, name in _NAMES if isinstance(error, kind)), "Failed")
        log.error("%s: %s", name.lower(), one_line(error))
        return Failed(name=name, message=one_line(error))
    return None


def _say_nothing_more() -> None:
    """Close stderr at the end: the DuckDB client would print leaked objects."""
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _end_with_parent() -> None:
    """Let this process be asked to end, and then end, when the worker that began it has gone."""
    worker = os.pidfd_open(os.getppid())

    def watch() -> None:
        select.select([worker], [], [])
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_PATIENCE_SECONDS)  # Prefect waits for minutes for a server that has gone, too
        with suppress(Exception):
            give_up(f"its worker has gone, and it did not stop within {_PATIENCE_SECONDS:.0f} s")
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
