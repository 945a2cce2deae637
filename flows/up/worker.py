"""The worker: it registers what prefect.yaml deploys and begins each run when it is due, in a
process of its own.

Run as `python -m flows.up.worker [EVERY_SECONDS]`, by `shihyo up`, with PREFECT_API_URL set. When it
is ended it does not wait for a night: that sees its parent gone and stops by itself, and the next
worker begins it again.
"""

import asyncio
import logging
import os
import sys
import time
import urllib.request
from datetime import UTC, datetime
from typing import Any

from flows.children.process import die_with_parent
from flows.progress import log_library_to_stderr, log_to_stdout

log = logging.getLogger("shihyo.up")

_SERVER_SECONDS = 120
# A run that was interrupted so often may be what brings the machine down.
_MOST_ATTEMPTS = 3
_INTERRUPTED = "Its worker, or the machine, ended while it ran."
_MISSED = "Nothing ran when it was due; a later run makes up for it."


async def _work(deployments: list[Any], *, poll_seconds: float) -> None:
    from prefect.runner import Runner

    class Worker(Runner):
        def handle_sigterm(self, *_: Any, **__: Any) -> None:
            os._exit(0)

    worker = Worker(
        name="shihyo",
        query_seconds=poll_seconds,
        limit=None,
        pause_on_shutdown=False,
    )
    names = {await worker.aadd_deployment(each): each.name for each in deployments}
    await _make_up_for_what_was_missed(names)
    log.info("up: the worker waits for nights that are due")
    await worker.start()


async def _make_up_for_what_was_missed(names: dict[Any, str]) -> None:
    """See to it that of each deployment one run begins now, if one should have, and not ten.

    That is the last one that did not come to its end, else the last that was due while nothing
    ran. No other worker uses this server, so what is said to run runs no more: it would hold its
    place for ever, and no night would begin.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.objects import State
    from prefect.states import AwaitingRetry, Cancelled, Crashed

    async with get_client() as client:
        for deployment in names:
            interrupted = await _interrupted(client, deployment)
            due = await _due(client, deployment)
            again = interrupted and interrupted[0].run_count < _MOST_ATTEMPTS
            for place, run in enumerate(interrupted):
                begins = again and place == 0
                state: State[Any] = (AwaitingRetry if begins else Crashed)(message=_INTERRUPTED)
                await client.set_flow_run_state(run.id, state, force=True)
                what = "is begun again" if begins else "is not begun again"
                log.warning("up: the run '%s' was interrupted and %s", run.name, what)
            for run in due if again else due[1:]:
                await client.set_flow_run_state(run.id, Cancelled(message=_MISSED), force=True)
            if due:
                message = "up: %d of '%s' were due while nothing ran; one run makes up for that"
                log.warning(message, len(due), names[deployment])


async def _interrupted(client: Any, deployment: Any) -> list[Any]:
    """Return the runs that did not come to an end, the last one begun first.

    One that crashed counts only when no other has been begun since; one that was turned away
    because another ran was never begun.
    """
    from prefect.client.schemas.sorting import FlowRunSort

    runs = await client.read_flow_runs(
        flow_run_filter=_of(deployment, is_scheduled=False),
        sort=FlowRunSort.START_TIME_DESC,
        limit=50,
    )
    unfinished = [run for run in runs if run.state and not run.state.is_final()]
    begun = [run for run in runs if run.run_count]
    if begun and begun[0].state and begun[0].state.is_crashed():
        unfinished.insert(0, begun[0])
    return unfinished


async def _due(client: Any, deployment: Any) -> list[Any]:
    """Return the runs that the schedule had begin before now, the last one first."""
    from prefect.client.schemas.sorting import FlowRunSort

    runs = await client.read_flow_runs(
        flow_run_filter=_of(deployment, is_scheduled=True),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=200,
    )
    now = datetime.now(UTC)
    return [run for run in reversed(runs) if run.auto_scheduled and run.expected_start_time < now]


def _of(deployment: Any, *, is_scheduled: bool) -> Any:
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterDeploymentId,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType

    which = {"any_" if is_scheduled else "not_any_": [StateType.SCHEDULED]}
    return FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[deployment]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(**which)),
    )


def _await_server(api_address: str) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < _SERVER_SECONDS:
        try:
            with urllib.request.urlopen(f"{api_address}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"up: Prefect's server at {api_address} does not answer")


def _main(words: list[str]) -> None:
    die_with_parent()
    log_to_stdout()
    _await_server(os.environ["PREFECT_API_URL"])
    from flows.up.schedule import deployments

    every = int(words[0]) if words else None
    registered = deployments(every)
    log_library_to_stderr("prefect")  # after its import, which sets up its logging
    asyncio.run(_work(registered, poll_seconds=2 if every else 10))


if __name__ == "__main__":
    _main(sys.argv[1:])
