"""The units of deploy/systemd, as systemd reads them, and the commands in them, as shihyo does."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
_UNPACKED = Path(sys.prefix) / "systemd"
_PLACES = (shutil.which("systemd-analyze"), str(_UNPACKED / "usr" / "bin" / "systemd-analyze"))
ANALYZE = next((place for place in _PLACES if place and os.access(place, os.X_OK)), None)
WORDS = re.compile(r"^Exec\w+=-?/srv/shihyo/\.venv/bin/shihyo (.+)$", re.MULTILINE)

needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


def _analyze(*words: str) -> subprocess.CompletedProcess[str]:
    libraries = os.pathsep.join(map(str, _UNPACKED.glob("**/systemd")))
    environment = {**os.environ, "LD_LIBRARY_PATH": libraries} if libraries else dict(os.environ)
    return subprocess.run(
        [str(ANALYZE), *words], env=environment, capture_output=True, text=True, timeout=60
    )


def _installed(folder: Path) -> list[str]:
    """Lay the units out as they would be installed, with programs that are there and a user."""
    program = folder / "shihyo"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    places = []
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/srv/shihyo/.venv/bin", str(folder))
        text = text.replace("=shihyo\nGroup=shihyo", "=root\nGroup=root")
        (folder / unit.name).write_text(text, encoding="utf-8")
        places.append(str(folder / unit.name))
    return places


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    done = _analyze("verify", "--man=no", "--recursive-errors=no", *_installed(tmp_path))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_systemd_finds_what_is_wrong_with_a_unit(tmp_path: Path) -> None:
    places = _installed(tmp_path)
    broken = Path(places[0])
    text = broken.read_text(encoding="utf-8")
    broken.write_text(text.replace("UMask=0027", "UMask=0027\nNoSuchOption=yes"), encoding="utf-8")
    done = _analyze("verify", "--man=no", "--recursive-errors=no", *places)
    assert "NoSuchOption" in done.stdout + done.stderr


@needs_systemd
@pytest.mark.parametrize("name", ["shihyo.service", "shihyo-nightly.service"])
def test_systemd_calls_a_service_well_confined(name: str, tmp_path: Path) -> None:
    places = {Path(place).name: place for place in _installed(tmp_path)}
    done = _analyze("security", "--offline=yes", "--threshold=40", places[name])
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_units_use_commands_that_shihyo_knows() -> None:
    found = [words for unit in UNITS for words in WORDS.findall(unit.read_text(encoding="utf-8"))]
    assert sorted(found) == ["run", "up", "up --check"]
    for words in found:
        shihyo = str(Path(sys.executable).with_name("shihyo"))
        done = subprocess.run([shihyo, *words.split(), "--help"], capture_output=True, timeout=60)
        assert done.returncode == 0, words


def test_the_timer_and_prefect_begin_the_night_at_the_same_time() -> None:
    timer = (ROOT / "deploy" / "systemd" / "shihyo-nightly.timer").read_text(encoding="utf-8")
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    (schedule,) = deployments[0]["schedules"]
    assert (schedule["cron"], schedule["timezone"]) == ("0 2 * * *", "Asia/Tokyo")
    assert "OnCalendar=*-*-* 02:00:00 Asia/Tokyo" in timer
