"""prefect.yaml is deployed on a real server: both deployments, and the night's schedule in Japan's
time.
"""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

from small_city import ROOT

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
from flows import deployments
from flows.run import Run, recorded
from settings import Settings
settings = Settings(data_dir=Path(sys.argv[1]), pseudonym_key="only for the tests", sources={})
signal.signal(signal.SIGTERM, signal.SIG_IGN)
deployments._PATIENCE_SECONDS = 1.0
deployments._end_with_parent()
with recorded(settings, Run("run", date(2026, 11, 27))):
    print("begun", flush=True)
    time.sleep(600)
"""


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


def test_a_night_that_is_held_up_when_its_worker_dies_is_ended_and_its_end_is_written(
    tmp_path: Path,
) -> None:
    (tmp_path / "published").mkdir()
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER, "-c", _NIGHT, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert worker.stdout
    assert worker.stdout.readline() == b"begun\n"
    worker.kill()
    assert worker.stdout.read() == b""  # the night has ended, too
    worker.wait()
    settings = Settings(data_dir=tmp_path, pseudonym_key="only for the tests", sources={})
    started, ended = sorted(events(settings), key=lambda event: event.event, reverse=True)
    assert started.event == "started"
    assert isinstance(ended, FinishedRun)
    assert ended.outcome == "failed"
    assert ended.message == "its worker has gone, and it did not stop within 1 s"
