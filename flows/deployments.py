"""The flows that prefect.yaml deploys: what `shihyo run` and `shihyo backfill` do, for a Prefect
server and worker of your own.
"""

from datetime import date
from typing import Literal

from prefect import flow

from flows.machine.clock import today_in_japan
from flows.machine.rights import keep_private
from flows.night.start import run_backfill, run_night
from settings import settings


@flow(name="scheduled night")
def night(as_of: date | None = None) -> None:
    """Run one night as of a date, or of today in Japan."""
    keep_private()
    run_night(settings(), as_of or today_in_japan())


@flow(name="scheduled backfill")
def backfill(first: date, last: date, step: Literal["day", "month"] = "day") -> None:
    """Land date by date and build once."""
    keep_private()
    run_backfill(settings(), first, last, step)
