"""Kill points, named by their place in the code, and a runner that kills a night there or after a
time.
"""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

from small_city import ROOT, City

# Where a night is killed: as the function begins, or so many seconds into it.
KILL_PLACES = {
    "flows.landing.land:_move_into_place": "the first item is written, and not yet in its place",
    "flows.landing.land:landed_items": "the landing is read, before anything new",
    "flows.night.write:prepare_candidate": "everything has landed, nothing is built",
    "flows.night.write:write_facts": "the candidate is a copy of what is published",
    "flows.night.write:run_dbt:2": "dbt begins",
    "flows.night.write:run_dbt:4": "dbt is in the middle of its models",
    "flows.night.write:_judge": "dbt has built everything",
    "expectations.checkpoints:raw_checkpoint": "the audit begins",
    "expectations.checkpoints:candidate_checkpoint": "half of the audit is done",
    "flows.night.audit:record_findings": "the findings are about to be written into the candidate",
    "flows.night.publish:publish_candidate": "the audit has passed, nothing is published",
    "flows.night.publish:append": "the version has its checksum, and is not yet in the ledger",
    "flows.one_page:drawn": "the version is in the ledger, and its page is not drawn",
    "flows.night.publish:_name_version": (
        "the version is in the ledger, and its file is still the candidate's"
    ),
    "flows.night.publish:point_link_at": (
        "the version's file is in place, and not yet what readers see"
    ),
    "flows.night.publish:_remove_old_versions": (
        "readers see the version, the ledger knows no end of the night"
    ),
    "flows.run:_finish": "the night is over, and nobody knows of it yet",
}


def kill_at(
    city: City, place: str, as_of: date, *, python: str = sys.executable, **environment: str
) -> int:
    """Run a night that is killed with SIGKILL at a place of the code; return its exit code (−9)."""
    return kill_command_at(city, place, "run", "--as-of", as_of, python=python, **environment)


def kill_command_at(
    city: City, place: str, *words: str | date, python: str = sys.executable, **environment: str
) -> int:
    """Run a command that is killed with SIGKILL at a place of the code, and return its exit code."""
    done = subprocess.run(
        [python, "-m", "harness.kill_at", place, *map(str, words)],
        env=city.environment(PYTHONPATH=str(ROOT / "tests"), **environment),
        cwd=ROOT,
        capture_output=True,
        timeout=300,
    )
    return done.returncode


def start(city: City, *words: str | date, **environment: str) -> subprocess.Popen[str]:
    """Start `shihyo` and return at once."""
    command = [sys.executable, "-m", "flows.cli", *map(str, words)]
    return subprocess.Popen(
        command,
        env=city.environment(**environment),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def begin_two_nights(city: City, as_of: date) -> None:
    """Begin a second night while one runs: it is turned away in one line, and the first publishes."""
    first = start(city, "run", "--as-of", as_of)
    ledger = city.data / "published" / "runs.jsonl"
    while f'"as_of": "{as_of}"' not in ledger.read_text():
        assert first.poll() is None
        time.sleep(0.02)
    second = city.night(as_of)
    assert (second.returncode, len(second.stderr.strip().splitlines())) == (5, 1)
    assert first.wait(timeout=300) == 0, first.stderr and first.stderr.read()


def kill_after(
    city: City, as_of: date, chance: random.Random, longest_seconds: float
) -> tuple[float, str, int]:
    """Run a night and end it by a random signal at a random time; return the time, the signal and
    the exit code.
    """
    seconds, chosen = (
        chance.uniform(0.2, longest_seconds),
        chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT]),
    )
    night = start(city, "run", "--as-of", as_of)
    try:
        night.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        night.send_signal(chosen)
    _, errors = night.communicate(timeout=120)
    assert "Traceback" not in errors, errors
    return seconds, chosen.name, night.returncode


def processes_of(city: City) -> dict[int, str]:
    """Return the living processes that work on a city's data: their number and command line."""
    mark = f"SHIHYO_DATA_DIR={city.data}".encode()
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (
                mark in (process / "environ").read_bytes().split(b"\0")
                and int(process.name) != os.getpid()
            ):
                found[int(process.name)] = (
                    (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                )
        except OSError:
            continue
    return found


def await_end_of_processes(city: City, seconds: float = 15) -> dict[int, str]:
    """Wait until no process of a city's nights is left; return those that stayed."""
    deadline = time.monotonic() + seconds
    while (left := processes_of(city)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left
