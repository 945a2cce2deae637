"""Faults that are no kill: each ends a night with its exit code and one line that names it, changes
nothing that is published and loses nothing; once it is mended, the next night is as it would have
been.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from harness.invariants import (
    Marts,
    check_invariants,
    check_no_orphan_files,
    export_marts,
    first_difference,
    published,
)
from harness.kills import processes_of, start
from small_city import FIRST_DAY, ROOT, City, log_lines

NIGHT = date(2026, 10, 22)
Night = subprocess.CompletedProcess[str]
Fault = Callable[[City], AbstractContextManager[Night]]


def _under(program: str, city: City, *words: str) -> Night:
    """Run a night by one of the programs of the harness."""
    return subprocess.run(
        [sys.executable, str(ROOT / "tests" / "harness" / program), *words],
        env=city.environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )


@contextmanager
def _read_only(city: City, folder: Path) -> Iterator[Night]:
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield city.night(NIGHT)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def read_only_data_folder(city: City) -> AbstractContextManager[Night]:
    return _read_only(city, city.data)


def read_only_published_folder(city: City) -> AbstractContextManager[Night]:
    return _read_only(city, city.data / "published")


@contextmanager
def candidate_damaged_before_the_audit(
    city: City,
) -> Iterator[Night]:
    place = "expectations.checkpoints:raw_checkpoint"
    yield _under("damage_at.py", city, place, "run", "--as-of", str(NIGHT))


@contextmanager
def candidate_damaged_after_the_audit(
    city: City,
) -> Iterator[Night]:
    place = "flows.night.publish:force_to_disk"
    yield _under("damage_at.py", city, place, "run", "--as-of", str(NIGHT))


@contextmanager
def truncated_landed_parquet(city: City) -> Iterator[Night]:
    [data] = (city.data / "landing" / "staff_roster").glob("*/*/data.parquet")
    content = data.read_bytes()
    data.write_bytes(content[: len(content) // 2])
    yield city.shihyo("run", "--as-of", NIGHT, "--full-refresh")
    data.write_bytes(content)  # from a backup


@contextmanager
def clock_set_back_a_month(city: City) -> Iterator[Night]:
    yield _under("clock_at.py", city, "2026-09-22T17:00:00", "run")


@contextmanager
def dbt_killed_half_way(city: City) -> Iterator[Night]:
    night = start(city, "run", "--as-of", NIGHT)
    output = city.data / "logs" / "dbt-output.log"
    output.unlink(missing_ok=True)
    while not (output.exists() and output.read_text("utf-8").count(" OK ") > 20):
        assert night.poll() is None
        time.sleep(0.05)
    [dbt] = [each for each, line in processes_of(city).items() if "flows.children.dbt" in line]
    subprocess.run(["kill", "-KILL", str(dbt)], check=True)
    _, errors = night.communicate(timeout=240)
    yield subprocess.CompletedProcess([], night.returncode, "", errors)


FAULTS = {
    read_only_data_folder: (1, "is read-only"),
    read_only_published_folder: (1, "is read-only"),
    candidate_damaged_before_the_audit: (1, "audit: the candidate cannot be read"),
    candidate_damaged_after_the_audit: (1, "publish: the candidate cannot be read"),
    # dbt fails half-way, and says in which model.
    truncated_landed_parquet: (1, "models/staging/staff_roster/base_staff_roster__"),
    clock_set_back_a_month: (2, "earlier than the published version's 2026-10-21"),
    dbt_killed_half_way: (1, "dbt was ended by signal 9"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_its_line_and_its_exit_code_and_the_next_good_night_recovers(
    delivered: City, undisturbed: Marts, tmp_path: Path, fault: Fault
) -> None:
    city = delivered.copy_to(tmp_path / "city")
    before, (code, said) = published(city), FAULTS[fault]
    with fault(city) as night:
        assert night.returncode == code, night.stderr
        print(night.stderr.strip())
        assert len(night.stderr.strip().splitlines()) == 1, night.stderr
        assert night.stderr.startswith("shihyo: ")
        assert said in night.stderr
        assert published(city) == before
    assert not check_invariants(city, before)
    city.publish(NIGHT)
    assert first_difference(export_marts(city), undisturbed) is None
    check_no_orphan_files(city)


def test_a_night_under_a_clock_that_was_set_back_by_an_hour_publishes_what_is_newest(
    delivered: City, tmp_path: Path
) -> None:
    """The correction that such a night lands is newer than what landed before, whatever the clock
    said then.
    """
    city = delivered.copy_to(tmp_path / "city")
    first = _under("clock_at.py", city, "2031-10-22T03:00:00", "run", "--as-of", str(NIGHT))
    assert first.returncode == 0, first.stderr
    everybody = ("S0000001", "S0000003", "S0000005", "S0000007")
    for users in (everybody, everybody[:1]):
        lines = log_lines(FIRST_DAY, rows=44, users=users)
        city.deliver_log(FIRST_DAY, lines, on=NIGHT)
        hour = "03" if users == everybody else "02"
        begin = f"2031-10-22T{hour}:30:00"
        again = _under("clock_at.py", city, begin, "run", "--as-of", str(NIGHT))
        assert again.returncode == 0, again.stderr
    assert city.query(
        "select count(*) from marts.fct_loads where item_key = 'access_log_20261001.csv'"
        " and not is_current"
    ) == [(2,)]
    twin = delivered.copy_to(tmp_path / "twin")
    twin.deliver_log(FIRST_DAY, lines, on=NIGHT)
    twin.publish(NIGHT)
    for mart in ("fct_indicator_progress", "fct_org_unit_actuals"):
        assert export_marts(city)[mart] == export_marts(twin)[mart]
    assert city.shihyo("versions", "--verify").returncode == 0
    city.publish(NIGHT + timedelta(days=1))
    check_no_orphan_files(city)
