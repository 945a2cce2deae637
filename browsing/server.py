"""The app in a process of its own, served as the README starts it, for whoever looks at it from
outside: benchmarks, tests, screenshots.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from settings import ROOT

APP = ROOT / "app" / "streamlit_app.py"
_SECONDS = 60


class ServerError(Exception):
    """The app did not start; the message is its log."""


@dataclass(frozen=True)
class Server:
    """A server that answers: its address, its process and what it logs."""

    url: str
    process_id: int
    log: Path

    @property
    def cpu_seconds(self) -> float:
        """Return the processor time that its process has taken so far."""
        fields = Path(f"/proc/{self.process_id}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def resident_bytes(self) -> int:
        """Return the memory that its process holds now."""
        fields = Path(f"/proc/{self.process_id}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def serve(script: Path, environment: Mapping[str, str], log: Path, *flags: str) -> Iterator[Server]:
    """Serve a Streamlit script until the end of the block; raises ServerError."""
    port = free_port()
    foreign = ("SHIHYO_", "STREAMLIT_")
    inherited = {key: each for key, each in os.environ.items() if not key.startswith(foreign)}
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    place = ["--server.port", str(port), "--server.address", "127.0.0.1"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *place, *flags],
            cwd=ROOT,
            env={**inherited, "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            server = Server(f"http://127.0.0.1:{port}", process.pid, log)
            _await(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=20)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise ServerError(server.log.read_text(encoding="utf-8"))
