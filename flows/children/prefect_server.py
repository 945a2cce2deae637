"""Prefect's server in a process of its own, which ends with its parent.

Run as `python -m flows.children.prefect_server PORT`, by `prefect_api`.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.children.process import QUIET, child, die_with_parent
from flows.errors import ShihyoError
from flows.machine.disks import last_lines_of_server, server_log
from flows.machine.proxies import spare_loopback
from flows.running_up import running_up
from settings import Settings

_SERVER_TIMEOUT_SECONDS = 120


def quiet_environment(settings: Settings) -> None:
    """Set, for this process and its children, what keeps the tools quiet and under the data folder.

    What this machine says to itself goes past any proxy.
    """
    os.environ.update(QUIET)
    spare_loopback()
    os.environ.setdefault("PREFECT_HOME", str(settings.logs_dir / "prefect"))
    # Prefect makes its own folder, but not those above it, and says so on stderr.
    settings.logs_dir.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "false")
    os.environ.setdefault("PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED", "events,flow_runs")
    kept = str(settings.keep_logs_days * 24 * 60 * 60)
    os.environ.setdefault("PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD", kept)
    logging = Path(__file__).with_name("logging.yml")
    os.environ.setdefault("PREFECT_LOGGING_SETTINGS_PATH", str(logging))
    os.environ.setdefault("PREFECT_LOGGING_EXTRA_LOGGERS", "shihyo")
    os.environ.setdefault("PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW", "ignore")


@contextmanager
def prefect_api(
    settings: Settings,
    meanwhile: Callable[[], object] = lambda: None,
) -> Iterator[None]:
    """Make a Prefect server answer while the block runs.

    It is the one that PREFECT_API_URL names, that of the `shihyo up` that runs, or one of our own.
    That one is started first and awaited last, and `meanwhile` is done in between, where it costs
    no time. Raises ShihyoError when the server never answers.
    """
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    if (running := running_up(settings)) and _answers(running.api):
        os.environ["PREFECT_API_URL"] = running.api
        try:
            yield
        finally:
            del os.environ["PREFECT_API_URL"]
        return
    settings.logs_dir.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    try:
        with (
            server_log(settings).open("wb") as output,
            child("flows.children.prefect_server", [str(port)], output.fileno()) as server,
        ):
            meanwhile()
            _await_server(server, port, settings)
            yield
    finally:
        del os.environ["PREFECT_API_URL"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(api: str) -> bool:
    try:
        with urllib.request.urlopen(f"{api}/health", timeout=5):
            return True
    except OSError:
        return False


def _await_server(server: subprocess.Popen[bytes], port: int, settings: Settings) -> None:
    address = f"http://127.0.0.1:{port}/api/health"
    begun, seen = time.monotonic(), "it was not asked"
    while time.monotonic() - begun < _SERVER_TIMEOUT_SECONDS and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError as error:
            seen = " ".join(str(error).split())
            time.sleep(0.1)
    raise ShihyoError(_unanswered(server.poll(), address, seen, time.monotonic() - begun, settings))


def _unanswered(
    code: int | None,
    address: str,
    seen: str,
    seconds: float,
    settings: Settings,
) -> str:
    """Say what was seen of a server that never answered: its end, the last try, its log's end."""
    after = f"{seconds:.0f} s"
    if code is None:
        ended = f"did not answer {address} within {after}"
    else:
        ended = f"ended {f'with code {code}' if code >= 0 else f'by signal {-code}'} after {after}"
    log = server_log(settings)
    lines = [line.strip() for line in last_lines_of_server(settings).splitlines() if line.strip()]
    logged = f"its log ends: {lines[-1][:200]}" if lines else "its log is empty"
    next_step = f"read {log}" if lines else "run again"
    return f"the Prefect server {ended}; last seen: {seen}; {logged}; next: {next_step}"


def _serve(port: int) -> None:
    die_with_parent()
    import uvicorn
    from prefect.server.api.server import create_app

    _let_the_scheduler_insert_runs()
    uvicorn.run(create_app(), host="127.0.0.1", port=port, log_level="warning")


def _let_the_scheduler_insert_runs() -> None:
    """Have SQLAlchemy pass over the state that the scheduler names in a run's row.

    Prefect 3.8.8 inserts the state into a table of its own, one statement later. SQLAlchemy 2.0
    passed over it; 2.1 refuses the row, and nothing that is scheduled would ever begin
    (2026-11-26: "Can't evaluate bulk DML statement").
    """
    from prefect.server.database.orm_models import FlowRun

    state = vars(FlowRun)["state"]
    state.bulk_dml_setter = lambda *_: None


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
    sys.stdout.flush()
    os._exit(0)  # its threads are not waited for
