"""Whoever is woken by the runbook types what stands there: every command of it is executed, on a
city whose last night is held.
"""

import re
import shlex
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from small_city import ROOT, STAFF, City, roster_lines

NIGHT = date(2026, 11, 2)
# What this machine and its clock are like decides these; the rest ends well.
ASKS_THE_MACHINE = ("doctor", "up --check")
# Half an hour each, and asked for by `make chaos` itself.
NOT_HERE = ("make chaos",)


def commands() -> list[str]:
    """Return the commands of the runbook, in their order."""
    text = (ROOT / "docs" / "running" / "runbook.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def held_city(base_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """Return a city with a published version and one that waits for approval."""
    city = base_city.copy_to(tmp_path_factory.mktemp("runbook") / "city")
    configuration = city.folder / "shihyo.toml"
    text = configuration.read_text(encoding="utf-8")
    configuration.write_text(text.replace("holds_for_approval = false", ""), encoding="utf-8")
    few = dict(list(STAFF.items())[: len(STAFF) // 3])
    city.deliver_roster(date(2026, 11, 1), roster_lines(few))
    assert city.night(NIGHT).returncode == 6
    return city


def _version(city: City, command: str) -> str:
    """Return the version that a command is typed with."""
    if "rollback" in command:
        kept = (city.data / "published").glob("warehouse-*.duckdb")
        return min(kept).stem.removeprefix("warehouse-")
    [held] = (city.data / "candidate").glob("held-*.duckdb")
    return held.stem.removeprefix("held-")


def _execute(city: City, command: str) -> subprocess.CompletedProcess[str]:
    """Execute a command of the runbook as it stands there, with what it leaves open filled in."""
    program, *words = shlex.split(command)
    filled = {
        "VERSION": lambda: _version(city, command),
        "NAME": lambda: "情報 太郎",
        "TEXT": lambda: "確かめた",
    }
    words = [filled[word]() if word in filled else word for word in words]
    if program == ".venv/bin/shihyo":
        return city.shihyo(*words) if words != ["erase", "-"] else _erase(city)
    assert program == ".venv/bin/python", command
    # The candidate of a refused night.
    shutil.copyfile(city.published.resolve(), city.data / "candidate" / "warehouse.duckdb")
    return subprocess.run(
        [sys.executable, *words], cwd=city.folder, capture_output=True, text=True, timeout=60
    )


def _erase(city: City) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("shihyo")
    return subprocess.run(
        [program, "erase", "-"],
        input="S0000001",
        env=city.environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_every_command_of_the_runbook_does_what_it_is_there_for(
    held_city: City, tmp_path: Path
) -> None:
    found = [each for each in commands() if not each.startswith(NOT_HERE)]
    assert len(found) > 12
    assert len(found) < len(commands())
    to_reject = held_city.copy_to(tmp_path / "rejecting")
    for command in found:
        city = to_reject if " reject " in command else held_city
        done = _execute(city, command)
        allowed = {0, 2} if command.endswith(ASKS_THE_MACHINE) else {0}
        assert done.returncode in allowed, (command, done.stdout, done.stderr)
        assert "usage:" not in done.stderr, (command, done.stderr)
