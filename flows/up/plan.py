"""What `shihyo up` keeps running, where each part listens, and where it logs."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from flows.machine.disks import server_log
from settings import ROOT, Settings, config_file


@dataclass(frozen=True)
class Places:
    """Where the app and Prefect's page listen, and how often a night begins: by the schedule of
    prefect.yaml, or every so many seconds.
    """

    app_port: int = 8501
    prefect_port: int = 4200
    base_path: str = ""
    every_seconds: int | None = None

    @property
    def app_address(self) -> str:
        """Return the address of the app on this machine."""
        return f"http://localhost:{self.app_port}/{f'{self.base_path}/' if self.base_path else ''}"

    @property
    def prefect_address(self) -> str:
        """Return the address of Prefect's page on this machine."""
        return f"http://localhost:{self.prefect_port}"

    @property
    def api_address(self) -> str:
        """Return the address at which Prefect's server answers programs."""
        return f"http://127.0.0.1:{self.prefect_port}/api"


@dataclass(frozen=True)
class Part:
    """A process to keep running. It begins after the part that it needs, and ends with it. What
    it tells of its progress is printed where `shihyo up` prints; the rest goes to its log.
    """

    name: str
    command: tuple[str, ...]
    log: Path
    needs: str | None = None
    tells_progress: bool = False


def parts(settings: Settings, places: Places) -> tuple[Part, ...]:
    """Return Prefect's server, the worker and the app."""
    every = [str(places.every_seconds)] if places.every_seconds else []
    return (
        Part(
            "server",
            _module("flows.children.prefect_server", str(places.prefect_port)),
            server_log(settings),
        ),
        Part(
            "worker",
            _module("flows.up.worker", *every),
            settings.logs_dir / "worker.log",
            needs="server",
            tells_progress=True,
        ),
        Part(
            "app",
            _module("flows.up.app", str(places.app_port), places.base_path),
            settings.logs_dir / "app.log",
        ),
    )


def _module(name: str, *words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *words)


def environment(settings: Settings, places: Places) -> dict[str, str]:
    """Return what every part is told: its folder, its file and its server, by whole paths."""
    return {
        **os.environ,
        "SHIHYO_CONFIG": str(config_file()),
        "SHIHYO_DATA_DIR": str(settings.data_dir),
        "PREFECT_API_URL": places.api_address,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "PYTHONUNBUFFERED": "1",
    }
