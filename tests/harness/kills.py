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
    "flows.night.start:logged_as_json": "the log is about to be opened, and nothing has begun",
    "flows.night.start:recover_published": "the lock is held, and nothing has been looked at",
    "flows.night.start:prefect_api": "the ledger knows the night's beginning, nothing more is done",
    "flows.landing.places:_moved": "the first item is written, and not yet in its place",
    "flows.landing.land:landed_items": "the landing is read, before anything new",
    "flows.night.write:prepare_candidate": "everything has landed, nothing is built",
    "flows.night.write:write_facts": "the candidate is a copy of what is published",
    "flows.night.write:run_dbt:2": "dbt begins",
    "flows.night.write:run_dbt:3": "dbt is in the middle of its models",
    "flows.night.write:_judge": "dbt has built everything",
    "expectations.checkpoints:raw_checkpoint": "the audit begins",
    "expectations.checkpoints:candidate_checkpoint": "half of the audit is done",
    "flows.night.audit:record_findings": "the findings are about to be written into the candidate",
    "flows.night.approval:hold_surprises": "the audit has passed, nothing has been compared",
    "flows.night.publish:publish_candidate": "nothing surprises, nothing is published",
    "flows.night.publish:append": "the version has its checksum, and is not yet in the ledger",
    "flows.one_page:drawn": "the version is in the ledger, and its page is not drawn",
    "flows.one_page:replace_file": "its page is drawn, and not written",
    "flows.one_page:replace_file@2": "its page is written in one language",
    "flows.night.publish:_name_version": (
        "the version is in the ledger, and its file is still the candidate's"
    ),
    "flows.night.publish:point_link_at": (
        "the version's file is in place, and not yet what readers see"
    ),
    "flows.night.publish:_remove_old_versions": (
        "readers see the version, the ledger knows no end of the night"
    ),
    "flows.night.publish:remove_held": "the oldest version is removed",
    "flows.run:_finish": "the night is over, and nobody knows of it yet",
    "flows.run:write_status": "the ledger knows the end of the night, the status does not",
    "flows.status:replace_file": "the status is about to be written",
    "flows.night.start:_prune": "the night is over, and nothing is pruned",
    "flows.pruning:prunable": "the pruning begins",
    "flows.alerts.start:_alert": "nobody has been alerted",
}
# Where a night is killed that holds what it built, and where its alerts are sent.
HELD_KILL_PLACES = {
    "flows.night.approval:_hold": "there is something to approve, and nothing is kept",
    "flows.night.approval:append": "the held version is kept, and not yet in the ledger",
    "flows.night.approval:remove_held": "it is in the ledger; what was held before is still there",
    "flows.alerts.start:_send": "the night is held, and nobody has been told",
    "flows.alerts.start:_note": "somebody has been told, and the ledger does not know",
}
_ENTERED = "the version is in the ledger"
# Where the commands of a person are killed.
COMMAND_KILL_PLACES = {
    "approve": {
        "flows.night.approval:append": "the command is in the ledger, the approval is not",
        "flows.night.approval:publish_file": "the approval is in the ledger, nothing is published",
        "flows.night.publish:append": "the version has its manifest, and is not in the ledger",
        "flows.one_page:drawn": f"{_ENTERED}, and its page is not drawn",
        "flows.night.publish:_name_version": f"{_ENTERED}, and its file is still the held one",
        "flows.night.publish:point_link_at": f"{_ENTERED}, and readers do not see it",
        "flows.night.publish:_remove_old_versions": "readers see the version",
        "flows.night.publish:remove_held": "readers see the version, and old ones are removed",
        "flows.run:_finish": "nothing is left to do but to say so",
        "flows.run:write_status": "the ledger knows the end, the status does not",
        "flows.night.approval:alert_about": "nobody has been alerted",
    },
    "reject": {
        "flows.night.approval:append": "the ledger does not know",
        "flows.night.approval:remove_held": "the ledger knows, the held version is still there",
        "flows.night.approval:write_status": "the held version is removed, the status does not know",
    },
    "rollback": {
        "flows.night.publish:append": "the ledger does not know",
        "flows.night.publish:point_link_at": "the ledger knows, readers see the later version",
        "flows.night.publish:write_status": "readers see the earlier version, the status does not",
    },
    "prune": {
        "flows.pruning:prunable": "nothing is removed",
        "pathlib:Path.unlink@2": "one of the files is removed",
    },
    "erase": {
        "flows.night.start:erase_from_landing": "nothing is erased",
        "flows.night.erase:os.fsync@2": "an item is written anew beside the old one",
        "pathlib:Path.replace@3": "an item's rows are in their place, its manifest is not",
        "flows.night.erase:_erase_from_item@3": "some items are erased, others are not",
        "flows.night.erase:append": "everything has been erased, and the ledger does not know",
        "flows.night.start:remove_unpublished": "the ledger knows",
        "flows.night.start:run_rebuild": "what is published still holds the person",
        "flows.night.start:remove_all_but_published": "earlier versions still hold the person",
    },
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
        preexec_fn=_heed_interrupts,
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


def _heed_interrupts() -> None:
    """Take SIGINT as a command at a terminal does; what a shell started in the background ignores
    it, and so would all that it starts.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


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
