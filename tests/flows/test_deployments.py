"""prefect.yaml is deployed on a real server: both deployments, and the night's schedule in Japan's
time.
"""

import json
import os
import subprocess
import sys
import urllib.request

from small_city import ROOT


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
