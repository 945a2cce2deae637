"""Start the parts, keep them running in the foreground, and end them together."""

import json
import logging
import os
import signal
import threading
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
        with _ending_signals() as (asked, hurried):
            while not asked.wait(_LOOK_SECONDS):
                keeper.look()
            log.info("up: ending; a night that runs is asked to stop")
            while not keeper.end(is_hurried=hurried.is_set()):
                hurried.wait(_LOOK_SECONDS)
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
def _ending_signals() -> Iterator[tuple[threading.Event, threading.Event]]:
    """Turn the first SIGTERM or SIGINT into a wish to end, and a second one into haste."""
    asked, hurried = threading.Event(), threading.Event()

    def note(*_: object) -> None:
        (hurried if asked.is_set() else asked).set()

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked, hurried
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
