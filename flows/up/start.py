"""Start the parts, keep them running in the foreground, and end them together."""

import json
import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.children.prefect_server import quiet_environment
from flows.errors import UsageError
from flows.lock import exclusive
from flows.machine.proxies import refuse_socks
from flows.running_up import running_file, running_up
from flows.up.check import taken_ports
from flows.up.keeper import Keeper
from flows.up.plan import Places, environment, parts
from settings import Settings

log = logging.getLogger("shihyo.up")

_LOOK_SECONDS = 0.2


def run_up(settings: Settings, places: Places) -> None:
    """Keep Prefect's server, the worker and the app running until SIGTERM or SIGINT.

    Raises WarehouseBusy when another does so in this data folder, UsageError when a port is taken.
    """
    refuse_socks()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with exclusive(running_file(settings), _refusal(settings)):
        if taken := taken_ports(places):
            raise UsageError(f"up: {'; '.join(taken)}; next: shihyo up --check")
        _write_down(running_file(settings), places)
        quiet_environment(settings)
        keeper = Keeper(parts(settings, places), environment(settings, places))
        log.info("up: app %s, Prefect's page %s", places.app_address, places.prefect_address)
        with _counted_signals() as signals:
            while not signals:
                keeper.look()
                time.sleep(_LOOK_SECONDS)
            log.info("up: ending; a night that runs is asked to stop")
            while not keeper.end(is_hurried=len(signals) > 1):
                time.sleep(_LOOK_SECONDS)
        running_file(settings).write_text("", encoding="utf-8")
        log.info("up: ended")


def _refusal(settings: Settings) -> str:
    said = running_up(settings)
    who = f" (process {said.process}, {said.app}, {said.prefect})" if said else ""
    return (
        f"another shihyo up runs in {settings.data_dir}{who}; next: use that one, or end it first"
    )


def _write_down(file: Path, places: Places) -> None:
    said = {
        "process": os.getpid(),
        "app": places.app_address,
        "prefect": places.prefect_address,
        "api": places.api_address,
    }
    file.write_text(json.dumps(said), encoding="utf-8")


@contextmanager
def _counted_signals() -> Iterator[list[int]]:
    """Note each SIGTERM and SIGINT: the first is a wish to end, a second one asks for haste."""
    noted: list[int] = []
    both = (signal.SIGTERM, signal.SIGINT)
    before = {each: signal.signal(each, lambda number, _: noted.append(number)) for each in both}
    try:
        yield noted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
