"""prefect.yaml is deployed on a real server: both deployments, and the night's schedule in Japan's
time.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from small_city import ROOT

from flows.up import keeper
from flows.up.plan import Part
from published import FinishedRun, events
from settings import Settings

_WORKER = """
import subprocess, sys
subprocess.Popen([sys.executable, *sys.argv[1:]])
sys.stdin.read()
"""
# A night that is held up, as Prefect's client is by a server that has gone.
_NIGHT = """
import signal, sys, time
from datetime import date
from pathlib import Path
from flows.children import process
process.PATIENCE_SECONDS = float(sys.argv[2])
from flows import deployments
from flows.run import Run, recorded
from settings import Settings
settings = Settings(data_dir=Path(sys.argv[1]), pseudonym_key="only for the tests", sources={})
signal.signal(signal.SIGTERM, signal.SIG_IGN)
deployments._end_with_parent()
with recorded(settings, Run("run", date(2026, 11, 27))):
    time.sleep(600)
"""


def _await(asked: Callable[[], bool]) -> None:
    latest = time.monotonic() + 120
    while not asked():
        assert time.monotonic() < latest
        time.sleep(0.1)


def _prefect(api_url: str, *words: str) -> str:
    environment = {**os.environ, "PREFECT_API_URL": api_url, "WAREHOUSE_HOME": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *words],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prefect_deploy_registers_the_night_and_the_backfill(api_url: str) -> None:
    _prefect(api_url, "work-pool", "create", "shihyo", "--type", "process")
    _prefect(api_url, "--no-prompt", "deploy", "--all")
    request = urllib.request.Request(
        f"{api_url}/deployments/filter", b"{}", {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        deployments = {each["name"]: each for each in json.load(answer)}
    assert set(deployments) == {"nightly", "backfill"}
    schedule = deployments["nightly"]["schedules"][0]["schedule"]
    assert (schedule["cron"], schedule["timezone"]) == ("0 2 * * *", "Asia/Tokyo")
    assert deployments["backfill"]["schedules"] == []


def test_a_night_that_is_held_up_when_its_worker_is_ended_writes_its_end_before_it_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "published").mkdir()
    settings = Settings(data_dir=tmp_path, pseudonym_key="only for the tests", sources={})
    monkeypatch.setattr(keeper, "PATIENCE_SECONDS", 9.0)
    command = (sys.executable, "-c", _WORKER, "-c", _NIGHT, str(tmp_path), "9")
    worker = keeper.Kept(Part("worker", command, tmp_path / "worker.log"), dict(os.environ))
    worker.look(may_start=True)
    _await(lambda: bool(events(settings)))
    worker.end()
    _await(lambda: worker.look(may_start=False) or worker.has_ended)
    started, ended = sorted(events(settings), key=lambda event: event.event, reverse=True)
    assert started.event == "started"
    assert isinstance(ended, FinishedRun)
    assert ended.outcome == "failed"
    assert ended.message == "its worker has gone, and it did not stop within 6 s"
