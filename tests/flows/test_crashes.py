"""A night that is killed, wherever it is, leaves what is published as it was; readers never see
half a night, and nothing is lost by it.
"""

import importlib
import json
import os
from datetime import date
from pathlib import Path

import pytest
from harness.invariants import (
    check_invariants,
    export_marts,
    first_difference,
    published,
    reader_in_a_loop,
)
from harness.kills import KILL_PLACES, begin_two_nights, kill_at
from harness.ready_python import ready_python
from small_city import FIRST_DAY, STAFF, City, log_lines, new_city, roster_lines

KILLED_NIGHT, REFUSED_NIGHT, LAST_NIGHT = (date(2026, 10, day) for day in (22, 23, 24))
# Where one night is killed, again and again: each kill comes later in the night than the one
# before. The night that is killed within dbt has a Prefect server of its own, which must not
# outlive it, and is no fork of a ready interpreter.
IN_DBT = "flows.night.write:run_dbt:4"
KILLS = (
    "flows.landing.land:_move_into_place",
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

    nights = export_marts(city)
    assert len(nights["fct_loads"]) > 25
    assert city.shihyo("run", "--as-of", LAST_NIGHT, "--full-refresh").returncode == 0
    assert first_difference(nights, export_marts(city)) is None
    # Landed day by day in one go, by a city that never crashed: the same days are known from the
    # same nights.
    twin = new_city(tmp_path / "twin", city.api_url)
    (twin.folder / "inbox").rename(tmp_path / "empty")
    (city.folder / "inbox").rename(twin.folder / "inbox")
    assert twin.shihyo("backfill", "--from", "2026-10-21", "--to", LAST_NIGHT).returncode == 0
    assert first_difference(nights, export_marts(twin)) is None


@pytest.mark.parametrize("place", KILL_PLACES)
def test_every_kill_place_is_still_in_the_code(place: str) -> None:
    module, function, *_ = place.split(":")
    assert callable(getattr(importlib.import_module(module), function))


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


def test_damaged_landing_is_named(city: City) -> None:
    before = published(city)
    manifest = next(city.data.glob("landing/access_log/access_log_20261003.csv/*/manifest.json"))
    manifest.write_bytes(manifest.read_bytes()[:40])
    done = city.night(KILLED_NIGHT)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1), done.stderr
    assert "access_log_20261003.csv" in done.stderr
    assert published(city) == before
