"""A night that is killed, wherever it is, leaves what is published as it was; readers never see
half a night, and nothing is lost by it.
"""

import json
import os
from datetime import date
from itertools import chain
from pathlib import Path

import pytest
from harness.invariants import (
    check_invariants,
    check_no_orphan_files,
    check_rebuilt_alike,
    export_marts,
    first_difference,
    published,
    reader_in_a_loop,
)
from harness.kill_at import target_of
from harness.kills import (
    COMMAND_KILL_PLACES,
    HELD_KILL_PLACES,
    KILL_PLACES,
    begin_two_nights,
    kill_at,
)
from harness.ready_python import ready_python
from small_city import BASE_AS_OF, FIRST_DAY, STAFF, City, log_lines, new_city, roster_lines

KILLED_NIGHT, REFUSED_NIGHT, LAST_NIGHT = (date(2026, 10, day) for day in (22, 23, 24))
# Where one night is killed, again and again: each kill comes later in the night than the one
# before. The night that is killed within dbt has a Prefect server of its own, which must not
# outlive it, and is no fork of a ready interpreter.
IN_DBT = "flows.night.write:run_dbt:3"
KILLS = (
    "flows.landing.places:_moved",
    "flows.night.write:write_facts",
    IN_DBT,
    "expectations.checkpoints:candidate_checkpoint",
    "flows.one_page:drawn",
    "flows.night.publish:_name_version",
    "flows.night.publish:point_link_at",
)
EMPTY_ROSTER: list[str] = []


def _deliver(city: City) -> None:
    """Deliver what comes by three nights: logs, one of them a day late, a corrected first day, a
    roster without anybody, and one with a corrected posting.
    """
    for day, on in ((21, 22), (22, 24), (23, 24)):
        city.deliver_log(date(2026, 10, day), on=date(2026, 10, on))
    corrected = log_lines(FIRST_DAY, rows=44, users=("S0000001", "S0000005"))
    city.deliver_log(FIRST_DAY, corrected, on=KILLED_NIGHT)
    city.deliver_roster(FIRST_DAY, EMPTY_ROSTER, on=REFUSED_NIGHT)
    mended = roster_lines({**STAFF, "S0000003": "副首都推進局"})
    city.deliver_roster(FIRST_DAY, mended, on=LAST_NIGHT)


def _pages(city: City) -> dict[str, bytes]:
    """Return the pages that lie beside the version that is published."""
    version = city.published.resolve().stem
    pages = city.published.parent.glob(f"{version}.*.html")
    return {page.name: page.read_bytes() for page in pages}


def _kill_again_and_again(city: City) -> None:
    before, pages = published(city), _pages(city)
    assert pages
    for place in KILLS:
        if place == IN_DBT:
            assert kill_at(City(city.folder, api_url=None), place, KILLED_NIGHT) == -9
        else:
            assert kill_at(city, place, KILLED_NIGHT, python=ready_python()) == -9
        assert not check_invariants(city, before)
        assert _pages(city) == pages
        assert "interrupted" in city.shihyo("runs", "--last", "1").stdout
    damaged_candidate = city.data / "candidate" / "warehouse.duckdb"
    damaged_candidate.write_bytes(os.urandom(4096))
    city.publish(KILLED_NIGHT)
    assert check_invariants(city, before)
    assert _pages(city).keys().isdisjoint(pages)
    folder = city.published.parent
    versions = {file.stem for file in folder.glob("warehouse-*.duckdb")}
    assert {page.name.split(".")[0] for page in folder.glob("*.html")} == versions
    assert list(folder.glob(".warehouse-*")) == []
    assert list((city.data / "landing").glob(".landing/*")) == []


def test_nights_with_seven_kills_are_as_if_nothing_had_happened(city: City, tmp_path: Path) -> None:
    """Corrections, a late file, a refused night, a rollback, a second night at once; readers all
    the while; then the marts, three ways.
    """
    _deliver(city)
    with reader_in_a_loop(city, tmp_path / "reader") as reads:
        _kill_again_and_again(city)
        before = published(city)
        refused = city.night(REFUSED_NIGHT)
        assert (refused.returncode, "roster_is_not_empty" in refused.stderr) == (3, True)
        assert not check_invariants(city, before)
        earlier = city.shihyo("versions").stdout.splitlines()[-1].split()[0]
        assert city.shihyo("rollback", earlier).returncode == 0
        assert published(city) != before
        begin_two_nights(city, LAST_NIGHT)
        assert list((city.data / "landing").glob(".landing/*")) == []

    assert {indicators for indicators, *_ in reads} == {"9"}
    loads_of = {}
    for _, loads, version in reads:
        assert loads_of.setdefault(version, loads) == loads, "one version, one content"
    assert len(loads_of) == 3

    check_no_orphan_files(city)
    assert len(export_marts(city)["fct_loads"]) > 25
    twin = new_city(tmp_path / "twin", city.api_url)
    check_rebuilt_alike(city, twin, BASE_AS_OF, LAST_NIGHT)


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
    city.publish(KILLED_NIGHT)
    check_no_orphan_files(city)


def test_damaged_landing_is_named(city: City) -> None:
    before = published(city)
    manifest = next(city.data.glob("landing/access_log/access_log_20261003.csv/*/manifest.json"))
    manifest.write_bytes(manifest.read_bytes()[:40])
    done = city.night(KILLED_NIGHT)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1), done.stderr
    assert "access_log_20261003.csv" in done.stderr
    assert published(city) == before
