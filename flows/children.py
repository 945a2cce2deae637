"""Child processes that die with their parent, SIGKILL included: each watches its standard input and ends when that does.

Run as `python -m flows.children dbt ARGS…` or `python -m flows.children server PORT`, by the functions here.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows.disks import last_lines_of_server, server_log
from flows.errors import ShihyoError
from flows.proxies import spare_loopback
from settings import ROOT, Settings

_SERVER_TIMEOUT_SECONDS = 120
# What an edit concerns; and the views that it reads, which name only the published night's new items until they are made anew.
CHANGES = ("state:modified+", "@state:modified,config.materialized:view")
_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
}


def quiet_environment(settings: Settings) -> None:
    """Set, for this process and its children, what keeps the tools quiet and under the data directory.

    What this machine says to itself goes past any proxy.
    """
    os.environ.update(_QUIET)
    spare_loopback()
    os.environ.setdefault("PREFECT_HOME", str(settings.logs_dir / "prefect"))
    # Prefect makes its own folder, but not those above it, and says so on stderr.
    settings.logs_dir.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "false")
    os.environ.setdefault("PREFECT_LOGGING_SETTINGS_PATH", str(Path(__file__).with_name("logging.yml")))
    os.environ.setdefault("PREFECT_LOGGING_EXTRA_LOGGERS", "shihyo")
    os.environ.setdefault("PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW", "ignore")


def run_dbt(warehouse: Path, options: list[str], logs: Path) -> int:
    """Build a candidate with dbt in a process of its own and return its exit code; what it prints goes to `dbt-output.log` in `logs`.

    What the project reads otherwise than when the candidate's tables were built is read again (`flows.edits`).
    """
    logs.mkdir(parents=True, exist_ok=True)
    return _run_dbt(["dbt", *options], warehouse, logs)


def run_dbt_on_changes(warehouse: Path, state: Path, places: list[str], logs: Path) -> int:
    """Build and test what differs from the project whose manifest lies in `state`, in a process of its own; return its exit code.

    Incremental models among it are built anew. `places` are dbt's options for its folders; what dbt prints goes into `logs`.
    """
    return _run_dbt(["dbt-on-changes", str(state), *places], warehouse, logs)


def _run_dbt(arguments: list[str], warehouse: Path, logs: Path) -> int:
    # dbt parses the whole project anew when its profile has changed, so the profile names a file of the folder that dbt works in.
    # Its log of debugging costs a twelfth of a build; what it prints is kept.
    told = {"DBT_LOG_PATH": str(logs), "DBT_LOG_LEVEL_FILE": "warn"}
    environment = {"SHIHYO_CANDIDATE": warehouse.name, "PYTHONPATH": str(ROOT), **told}
    with (
        (logs / "dbt-output.log").open("wb") as output,
        _child(arguments, {**_QUIET, **environment}, output.fileno(), folder=warehouse.parent) as child,
    ):
        return child.wait()


@contextmanager
def prefect_api(settings: Settings) -> Iterator[None]:
    """Make a Prefect server answer while the block runs: the one that PREFECT_API_URL names, or one of our own.

    The server is started first and awaited last, so that the imports in between cost no time. Raises ShihyoError when it never answers.
    """
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    settings.logs_dir.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    try:
        with server_log(settings).open("wb") as output, _child(["server", str(port)], {}, output.fileno()) as server:
            import flows.nightly  # noqa: F401  # the heavy imports, while the server starts

            _await_server(server, port, settings)
            yield
    finally:
        del os.environ["PREFECT_API_URL"]


@contextmanager
def _child(arguments: list[str], environment: dict[str, str], output: int, folder: Path = ROOT) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(
        [sys.executable, "-m", "flows.children", *arguments],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env={**os.environ, **environment},
    )
    try:
        yield child
    finally:
        if child.stdin:
            child.stdin.close()
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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


def _unanswered(code: int | None, address: str, seen: str, seconds: float, settings: Settings) -> str:
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


def _die_with_parent() -> None:
    def watch() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def _build_candidate(options: list[str]) -> bool:
    """Parse once, prepare the candidate for what was edited, and build; edits of models are tested elsewhere."""
    from dbt.cli.main import dbtRunner

    from flows.edits import read_edited_again

    parsed = dbtRunner().invoke(["parse", *options])
    if not parsed.success:
        return False
    manifest: Any = parsed.result
    read_edited_again(manifest, Path(os.environ["SHIHYO_CANDIDATE"]))
    return dbtRunner(manifest=manifest).invoke(["build", "--exclude-resource-type", "unit_test", *options]).success


def _build_changes(state: Path, places: list[str]) -> bool:
    """Parse once; build what changed; then test what `dbt build` passes over: changed unit tests of unchanged models."""
    from dbt.cli.main import dbtRunner

    options = ["--no-use-colors", "--no-version-check", *places]
    parsed = dbtRunner().invoke(["parse", *options])
    if not parsed.success:
        return False
    manifest: Any = parsed.result
    runner = dbtRunner(manifest=manifest)
    known = state / "manifest.json"
    if not known.exists():
        return runner.invoke(["build", "--full-refresh", *options]).success
    results = Path(places[places.index("--target-path") + 1]) / "run_results.json"
    if not runner.invoke(["build", "--select", *CHANGES, "--state", str(state), "--full-refresh", *options]).success:
        return False
    results.replace(results.with_name("run_results_build.json"))
    before = json.loads(known.read_text(encoding="utf-8"))["unit_tests"]
    edited = [test.name for key, test in manifest.unit_tests.items() if test.checksum != before.get(key, {}).get("checksum")]
    tests = [f"unit_test:{name}" for name in edited]
    return not tests or runner.invoke(["test", "--select", *tests, *options]).success


def _main(arguments: list[str]) -> int:
    _die_with_parent()
    if arguments[0] == "dbt":
        return 0 if _build_candidate(arguments[1:]) else 1
    if arguments[0] == "dbt-on-changes":
        return 0 if _build_changes(Path(arguments[1]), arguments[2:]) else 1
    import uvicorn
    from prefect.server.api.server import create_app

    uvicorn.run(create_app(), host="127.0.0.1", port=int(arguments[1]), log_level="warning")
    return 0


if __name__ == "__main__":
    code = _main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # the DuckDB client prints leaked objects at an ordinary exit
