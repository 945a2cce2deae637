"""A night that is killed, wherever it is, leaves what is published as it was; readers never see
half a night, and nothing is lost by it.
"""

import json
import os
import time
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

import pytest
from harness.invariants import (
    check_invariants,
    check_no_orphan_files,
    export_marts,
    first_difference,
    published,
    reader_in_a_loop,
)
from harness.kill_at import target_of
from harness.kills import COMMAND_KILL_PLACES, HELD_KILL_PLACES, KILL_PLACES, kill_at, start
from small_city import FIRST_DAY, STAFF, City, log_lines, new_city, roster_lines

FIRST_NIGHT, LAST_NIGHT = date(2026, 10, 22), date(2026, 10, 31)
REFUSED_NIGHT, MENDED_ON, ROLLED_BACK_BEFORE, BUSY_NIGHT = (
    date(2026, 10, day) for day in (26, 27, 29, 30)
)
# Before which of the ten nights a night is killed, and where; the one in dbt has a Prefect server
# of its own, which must not outlive it.
KILLS = {
    date(2026, 10, 22): "flows.landing.land:_move_into_place",
    date(2026, 10, 23): "flows.night.write:write_facts",
    date(2026, 10, 24): "flows.night.write:run_dbt:4",
    date(2026, 10, 25): "expectations.checkpoints:candidate_checkpoint",
    date(2026, 10, 28): "flows.night.publish:_name_version",
    date(2026, 10, 31): "flows.night.publish:point_link_at",
}
EMPTY_ROSTER: list[str] = []


def _deliver(city: City, night: date) -> None:
    """Deliver what comes by a night: a day's log, and on some nights a correction, a late file or a
    roster.
    """
    if night != date(2026, 10, 24):
        city.deliver_log(night - timedelta(days=1))
    if night == date(2026, 10, 25):  # a corrected first day, and yesterday's late file
        city.deliver_log(
            FIRST_DAY, log_lines(FIRST_DAY, rows=44, users=("S0000001", "S0000005")), on=night
        )
        city.deliver_log(date(2026, 10, 23), on=night)
    if night == REFUSED_NIGHT:
        city.deliver_roster(FIRST_DAY, EMPTY_ROSTER, on=night)
    if night == MENDED_ON:
        city.deliver_roster(
            FIRST_DAY, roster_lines({**STAFF, "S0000003": "副首都推進局"}), on=night
        )


def _second_night_at_once(city: City, night: date) -> None:
    first = start(city, "run", "--as-of", night)
    ledger = city.data / "published" / "runs.jsonl"
    while f'"as_of": "{night}"' not in ledger.read_text():
        assert first.poll() is None
        time.sleep(0.02)
    second = city.night(night)
    assert (second.returncode, len(second.stderr.strip().splitlines())) == (5, 1)
    assert first.wait(timeout=120) == 0, first.stderr and first.stderr.read()


def test_ten_nights_with_six_kills_are_as_if_nothing_had_happened(
    city: City, tmp_path: Path
) -> None:
    """Corrections, a late file, a refused night, a rollback, a second night at once; readers all
    the while; then the marts, three ways.
    """
    with reader_in_a_loop(city, tmp_path / "reader") as reads:
        for night in (FIRST_NIGHT + timedelta(days=day) for day in range(10)):
            _deliver(city, night)
            before = published(city)
            if night in KILLS:
                killed = City(city.folder, api_url=None) if "run_dbt" in KILLS[night] else city
                assert kill_at(killed, KILLS[night], night) == -9
                assert not check_invariants(city, before)
                assert "interrupted" in city.shihyo("runs", "--last", "1").stdout
            if night == ROLLED_BACK_BEFORE:
                earlier = city.shihyo("versions").stdout.splitlines()[1].split()[0]
                assert city.shihyo("rollback", earlier).returncode == 0
            if night == BUSY_NIGHT:
                _second_night_at_once(city, night)
            elif night == REFUSED_NIGHT:
                refused = city.night(night)
                assert (refused.returncode, "roster_is_not_empty" in refused.stderr) == (3, True)
                assert not check_invariants(city, before)
            else:
                city.publish(night)
            assert not list((city.data / "landing").glob(".landing/*"))

    assert {indicators for indicators, *_ in reads} == {"9"}
    loads_of = {}
    for _, loads, version in reads:
        assert loads_of.setdefault(version, loads) == loads, "one version, one content"
    assert len(loads_of) >= 9

    check_no_orphan_files(city)
    nights = export_marts(city)
    assert len(nights["fct_loads"]) > 30
    assert city.shihyo("run", "--as-of", LAST_NIGHT, "--full-refresh").returncode == 0
    assert first_difference(nights, export_marts(city)) is None
    # Landed day by day in one go, by a city that never crashed: the same days are known from the
    # same nights.
    twin = new_city(tmp_path / "twin", city.api_url)
    (twin.folder / "inbox").rename(tmp_path / "empty")
    (city.folder / "inbox").rename(twin.folder / "inbox")
    assert twin.shihyo("backfill", "--from", "2026-10-21", "--to", LAST_NIGHT).returncode == 0
    assert first_difference(nights, export_marts(twin)) is None


@pytest.mark.parametrize(
    "place", sorted({*KILL_PLACES, *HELD_KILL_PLACES, *chain(*COMMAND_KILL_PLACES.values())})
)
def test_every_kill_place_is_still_in_the_code(place: str) -> None:
    owner, name = target_of(place)
    assert callable(getattr(owner, name))


def test_the_marts_comparison_names_the_table_and_the_rows() -> None:
    assert (
        first_difference({"a": [(1,)], "b": [(1,), (2,)]}, {"a": [(1,)], "b": [(1,), (3,)]})
        == "b: only in the first ['(2,)'], only in the second ['(3,)']"
    )
    assert first_difference({"a": []}, {"a": []}) is None


@pytest.mark.parametrize(
    "damage",
    [
        b'{"event": "started", "run_id": "cut sh',
        b"\0" * 100 + b'\n42\n[]\n{"event": "started"}\n\xff\xfe\n',
    ],
)
def test_damaged_ledger_lines_are_passed_over(city: City, damage: bytes) -> None:
    ledger = city.data / "published" / "runs.jsonl"
    with ledger.open("ab") as file:
        file.write(damage)
    done = city.shihyo("rollback", city.published.resolve().stem.removeprefix("warehouse-"))
    assert done.returncode == 0, done.stderr
    assert json.loads(ledger.read_bytes().splitlines()[-1])["event"] == "rollback"
    assert "published" in city.shihyo("runs").stdout


@pytest.mark.parametrize("damage", [b"", b"\0\0", b"[]", b'{"last_run": '])
def test_a_damaged_status_is_written_anew(city: City, damage: bytes) -> None:
    (city.data / "published" / "status.json").write_bytes(damage)
    version = city.published.resolve().stem.removeprefix("warehouse-")
    done = city.shihyo("rollback", version)
    assert done.returncode == 0, done.stderr
    assert city.status()["published_version"] == version


def test_what_killed_nights_left_is_removed_by_the_next_one(city: City) -> None:
    """Among it the folder in which DuckDB puts what its memory does not hold, which stays when it
    is killed: no night could begin beside it.
    """
    published_dir, candidate = city.data / "published", city.data / "candidate"
    spilled = candidate / "warehouse.duckdb.tmp"
    spilled.mkdir(parents=True)
    for leftover in (
        spilled / "duckdb_temp_storage_DEFAULT-0.tmp",
        candidate / "warehouse.duckdb",
        candidate / "warehouse.duckdb.wal",
        candidate / "held-20261020-20261020T170000Z.duckdb",
        candidate / "held-20261020-20261020T170000Z.manifest.json",
        published_dir / ".link.4711",
        published_dir / ".status.json.4711",
        published_dir / ".warehouse-20261022-20261022T170000Z.ja.html.4711",
        published_dir / "warehouse-20261022-20261022T170000Z.manifest.json",
        published_dir / "warehouse-20261022-20261022T170000Z.en.html",
    ):
        leftover.write_bytes(os.urandom(512))
    half_landed = city.data / "landing" / ".landing" / "0f"
    half_landed.mkdir(parents=True)
    (half_landed / "data.parquet").write_bytes(b"PAR1")
    city.publish(FIRST_NIGHT)
    check_no_orphan_files(city)


def test_damaged_landing_is_named_and_a_damaged_candidate_is_replaced(city: City) -> None:
    before = published(city)
    manifest = next(city.data.glob("landing/access_log/access_log_20261003.csv/*/manifest.json"))
    content = manifest.read_bytes()
    manifest.write_bytes(content[:40])
    done = city.night(FIRST_NIGHT)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1), done.stderr
    assert "access_log_20261003.csv" in done.stderr
    assert published(city) == before
    manifest.write_bytes(content)
    candidate = city.data / "candidate" / "warehouse.duckdb"
    candidate.parent.mkdir(exist_ok=True)
    candidate.write_bytes(os.urandom(4096))
    city.deliver_log(FIRST_NIGHT - timedelta(days=1))
    city.publish(FIRST_NIGHT)
