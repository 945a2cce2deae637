"""A night that is killed, wherever it is, leaves what is published as it was; readers never see half a night."""

import os
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from small_city import ROOT, City, log_lines

NEXT_DAY = date(2026, 10, 21)


def _processes_of(city: City) -> list[str]:
    """Return the command lines of living processes that work on this city's data."""
    mark = f"SHIHYO_DATA_DIR={city.data}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def _kill_at(city: City, place: str, as_of: date, **more: str) -> int:
    command = [sys.executable, str(ROOT / "tests" / "kill_at.py"), place, "run", "--as-of", as_of.isoformat()]
    return subprocess.run(command, env=city.environment(**more), cwd=ROOT, capture_output=True, timeout=300).returncode


@pytest.mark.parametrize(
    "place",
    [
        "flows.land:_move_into_place",
        "flows.write:run_dbt:3",
        "expectations.checkpoints:candidate_checkpoint",
        "flows.publish:_point_link_at",
    ],
)
def test_killed_night_leaves_published_untouched_and_the_next_succeeds(city: City, place: str) -> None:
    before, content = city.published.readlink(), city.published.read_bytes()
    city.deliver_log(NEXT_DAY)
    # A server of its own, so that no child may outlive the night.
    own_server = City(city.folder, api_url=None)

    assert _kill_at(own_server, place, date(2026, 10, 22)) == -9

    assert city.published.readlink() == before
    assert city.published.read_bytes() == content
    assert city.query("select count(*) from marts.dim_indicators") == [(9,)]
    deadline = time.monotonic() + 10
    while (left := _processes_of(city)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []
    assert "interrupted" in city.shihyo("runs").stdout
    city.publish(date(2026, 10, 22))
    assert city.query("select rows_unaccounted from marts.fct_loads where item_key = 'access_log_20261021.csv'") == [(0,)]
    assert not list((city.data / "landing").glob(".landing/*"))


def test_reader_in_a_loop_sees_only_whole_versions_through_three_nights(city: City, tmp_path: Path) -> None:
    script = tmp_path / "read.py"
    script.write_text(
        "import duckdb, os, sys\n"
        "while not os.path.exists(sys.argv[2]):\n"
        "    with duckdb.connect(sys.argv[1], read_only=True) as connection:\n"
        "        print(*connection.execute('select (select count(*) from marts.dim_indicators), (select count(*) from marts.fct_loads), '\n"
        "            '(select warehouse_version from staging.stg_night__run_contexts)').fetchall()[0], flush=True)\n"
        "os._exit(0)\n",
        encoding="utf-8",
    )
    stop = tmp_path / "stop"
    seen, errors = tmp_path / "seen", tmp_path / "errors"  # files, because a full pipe would stop the reader
    with seen.open("w") as output, errors.open("w") as error_output:
        reader = subprocess.Popen([sys.executable, str(script), str(city.published), str(stop)], stdout=output, stderr=error_output)
    for night in range(3):
        city.deliver_log(NEXT_DAY + timedelta(days=night))
        city.publish(date(2026, 10, 22) + timedelta(days=night))
    time.sleep(1)  # for the reader to come round once more
    stop.touch()

    assert (reader.wait(timeout=60), errors.read_text()) == (0, "")
    reads = [line.split() for line in seen.read_text().splitlines()]
    assert {indicators for indicators, *_ in reads} == {"9"}
    versions = dict.fromkeys(version for *_, version in reads)
    assert len(versions) == 4
    assert {(loads, version) for _, loads, version in reads} == set(zip(["21", "22", "23", "24"], versions, strict=True))


def test_second_night_at_once_ends_with_exit_5(city: City) -> None:
    city.deliver_log(NEXT_DAY)
    first = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "run", "--as-of", "2026-10-22"],
        env=city.environment(),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (city.data / "published" / "runs.jsonl").read_text().count('"event": "started"') > 1:
        time.sleep(0.05)
    second = city.night(date(2026, 10, 22))
    assert second.returncode == 5
    assert len(second.stderr.strip().splitlines()) == 1
    assert first.wait(timeout=120) == 0, first.stderr and first.stderr.read()


def test_torn_ledger_line_is_passed_over(city: City) -> None:
    ledger = city.data / "published" / "runs.jsonl"
    with ledger.open("ab") as file:
        file.write(b'{"event": "started", "run_id": "cut sh')
    done = city.shihyo("rollback", city.published.resolve().stem.removeprefix("warehouse-"))
    assert done.returncode == 0, done.stderr
    assert ledger.read_text().splitlines()[-1].startswith('{"at"')
    assert city.shihyo("runs").returncode == 0


def test_damaged_candidate_of_a_failed_night_does_not_stop_the_next(city: City) -> None:
    candidate = city.data / "candidate" / "warehouse.duckdb"
    candidate.parent.mkdir(exist_ok=True)
    candidate.write_bytes(os.urandom(4096))
    city.deliver_log(NEXT_DAY, log_lines(NEXT_DAY))
    city.publish(date(2026, 10, 22))
