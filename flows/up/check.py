"""What is wrong where `shihyo up` is to run: what doctor finds, and what `up` needs besides."""

import os
import socket
from collections.abc import Iterator
from dataclasses import replace

from flows import doctor
from flows.doctor.finding import Finding, ok, warning, wrong
from flows.running_up import RunningUp, running_up
from flows.up.plan import Places
from flows.up.schedule import prefect_file
from settings import ConfigurationError, settings


def examine(places: Places) -> list[Finding]:
    """Return what doctor finds, and then what is of `up` alone; raises nothing."""
    try:
        running = running_up(settings())
    except (ConfigurationError, OSError):  # doctor says why
        running = None
    found = doctor.examine()
    return [*found, *(replace(each, check="up") for each in _of_up(places, running))]


def _of_up(places: Places, running: RunningUp | None) -> Iterator[Finding]:
    if running:
        seen = f"it runs here already: process {running.process}, {running.app}, {running.prefect}"
        yield warning(seen, "use that one, or end it before another")
    else:
        for taken in taken_ports(places):
            yield wrong(taken, "end what listens there, or choose another port")
        yield ok(f"the app is to listen at {places.app_address}")
        yield ok(f"Prefect's page is to listen at {places.prefect_address}")
    if os.environ.get("PREFECT_API_URL"):
        yield warning("PREFECT_API_URL is set, and up has a server of its own", "unset it")
    yield _schedules(places)


def _schedules(places: Places) -> Finding:
    if places.every_seconds:
        return ok(f"a night begins every {places.every_seconds} s")
    said = [
        f"{schedule['cron']} {schedule['timezone']}"
        for each in prefect_file()["deployments"]
        for schedule in each.get("schedules") or []
    ]
    if not said:
        return warning("prefect.yaml has no schedule", "give the deployment nightly one")
    return ok(f"a night begins at {', '.join(said)} (prefect.yaml)")


def taken_ports(places: Places) -> list[str]:
    """Say which of the ports cannot be listened on, and why."""
    wanted = {"the app": places.app_port, "Prefect's server": places.prefect_port}
    if places.app_port == places.prefect_port:
        return [f"the app and Prefect's server cannot both have port {places.app_port}"]
    return [
        f"port {port}, which {who} is to have, cannot be had ({why})"
        for who, port in wanted.items()
        if (why := _refusal(port))
    ]


def _refusal(port: int) -> str | None:
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        return getattr(error, "strerror", None) or str(error)
    return None
