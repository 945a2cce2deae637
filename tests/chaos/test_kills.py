"""The crash matrix: SIGKILL at every named place of a night and of the commands that change what is
published, then the same again. Nothing may tell that there was a kill but the ledger.
"""

import os
import shutil
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from harness.invariants import (
    Marts,
    Published,
    check_invariants,
    check_no_orphan_files,
    export_marts,
    first_difference,
    published,
    reader_in_a_loop,
)
from harness.kills import (
    COMMAND_KILL_PLACES,
    HELD_KILL_PLACES,
    KILL_PLACES,
    kill_at,
    kill_command_at,
)
from small_city import STAFF, City, roster_lines
from workbooks import TRAINING_HEADING, attendance, workbook

from flows.sources.pseudonyms import Pseudonyms

NIGHT, HELD_NIGHT = date(2026, 10, 22), date(2026, 11, 2)
BY = ("--by", "情報 太郎", "--reason", "半数は別の名簿に移った")
PERSON = "S0000001"
# Nobody answers there: an alert that cannot be sent is a warning.
ALERTED = {"SHIHYO_ALERT_ADDRESSES": "json://127.0.0.1:9/"}


def _copy(city: City, folder: Path) -> City:
    """Copy a city; its commands have a Prefect server that none of them starts or ends."""
    shutil.rmtree(folder, ignore_errors=True)
    return city.copy_to(folder)


def _version(city: City) -> str:
    return city.published.readlink().stem.removeprefix("warehouse-")


def _held_version(city: City) -> str:
    [file] = (city.data / "candidate").glob("held-*.duckdb")
    return file.stem.removeprefix("held-")


def _assert_ends_like(city: City, marts: Marts) -> None:
    assert first_difference(export_marts(city), marts) is None
    check_no_orphan_files(city)
    verified = city.shihyo("versions", "--verify")
    assert verified.returncode == 0, verified.stderr


@pytest.mark.parametrize("place", KILL_PLACES)
def test_a_kill_at_every_place_and_the_next_night_is_as_if_nothing_had_happened(
    delivered: City, undisturbed: Marts, tmp_path: Path, place: str
) -> None:
    city = _copy(delivered, tmp_path / "city")
    before = published(city)
    with reader_in_a_loop(city, tmp_path / "reader") as reads:
        # With a Prefect server of its own, which must not outlive it.
        assert kill_at(City(city.folder, api_url=None), place, NIGHT, **ALERTED) == -9
        check_invariants(city, before)
        city.publish(NIGHT)
    assert {indicators for indicators, *_ in reads} == {"9"}
    _assert_ends_like(city, undisturbed)


@pytest.fixture(scope="module")
def surprised(base_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city that holds what is surprising, and finds a roster that halves."""
    city = base_city.copy_to(tmp_path_factory.mktemp("surprised") / "city")
    configuration = city.folder / "shihyo.toml"
    text = configuration.read_text(encoding="utf-8")
    configuration.write_text(text.replace("holds_for_approval = false", ""), encoding="utf-8")
    third = dict(list(STAFF.items())[: len(STAFF) // 3])
    city.deliver_roster(HELD_NIGHT.replace(day=1), roster_lines(third))
    return city


@pytest.fixture(scope="module")
def held(surprised: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """The same city with a version that waits for approval."""
    city = surprised.copy_to(tmp_path_factory.mktemp("held") / "city")
    assert city.night(HELD_NIGHT).returncode == 6
    return city


@pytest.fixture(scope="module")
def approved(held: City, tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """The marts of the version that waits, once it is approved."""
    city = held.copy_to(tmp_path_factory.mktemp("approved") / "city")
    assert city.shihyo("approve", _held_version(city), *BY).returncode == 0
    return export_marts(city)


@pytest.mark.parametrize("place", HELD_KILL_PLACES)
def test_a_kill_of_a_night_that_holds_and_the_next_one_holds_the_same(
    surprised: City, approved: Marts, tmp_path: Path, place: str
) -> None:
    city = _copy(surprised, tmp_path / "city")
    before = published(city)
    assert kill_at(city, place, HELD_NIGHT, **ALERTED) == -9
    assert not check_invariants(city, before)
    assert city.night(HELD_NIGHT).returncode == 6
    assert not check_invariants(city, before)
    check_no_orphan_files(city)
    assert city.shihyo("approve", _held_version(city), *BY).returncode == 0
    _assert_ends_like(city, approved)


@pytest.mark.parametrize("place", COMMAND_KILL_PLACES["approve"])
def test_a_killed_approval_can_be_repeated(
    held: City, approved: Marts, tmp_path: Path, place: str
) -> None:
    city = _copy(held, tmp_path / "city")
    before, version = published(city), _held_version(city)
    assert kill_command_at(city, place, "approve", version, *BY) == -9
    check_invariants(city, before)
    again = city.shihyo("approve", version, *BY)
    if _is_over(place):
        assert (again.returncode, "waits no longer" in again.stderr) == (2, True), again.stderr
    else:
        assert again.returncode == 0, again.stderr
    assert _version(city) == version
    _assert_ends_like(city, approved)


def _is_over(place: str) -> bool:
    """Tell a place at which the ledger knows the end already."""
    return place in ("flows.run:write_status", "flows.night.approval:alert_about")


@pytest.mark.parametrize(
    "place", ["flows.night.approval:publish_file", "flows.night.publish:point_link_at"]
)
def test_after_a_killed_approval_the_next_night_publishes_what_was_approved(
    held: City, approved: Marts, tmp_path: Path, place: str
) -> None:
    city = _copy(held, tmp_path / "city")
    assert kill_command_at(city, place, "approve", _held_version(city), *BY) == -9
    city.publish(HELD_NIGHT)
    _assert_ends_like(city, approved)


def test_what_a_killed_approval_had_named_can_still_be_rejected(held: City, tmp_path: Path) -> None:
    city = _copy(held, tmp_path / "city")
    before, version = published(city), _held_version(city)
    place = "flows.night.publish:point_link_at"
    assert kill_command_at(city, place, "approve", version, *BY) == -9
    assert city.shihyo("reject", version, *BY).returncode == 0
    assert published(city) == before
    assert version not in city.shihyo("versions").stdout
    check_no_orphan_files(city)


@pytest.mark.parametrize("place", COMMAND_KILL_PLACES["reject"])
def test_a_killed_rejection_is_repeated_or_has_been_made(
    held: City, tmp_path: Path, place: str
) -> None:
    city = _copy(held, tmp_path / "city")
    before, version = published(city), _held_version(city)
    assert kill_command_at(city, place, "reject", version, *BY) == -9
    assert not check_invariants(city, before)
    again = city.shihyo("reject", version, *BY)
    if place == "flows.night.approval:append":
        assert again.returncode == 0, again.stderr
    else:
        assert (again.returncode, "was rejected" in again.stderr) == (2, True), again.stderr
    assert city.night(HELD_NIGHT).returncode == 6, "held again, for another person to look at"
    assert not check_invariants(city, before)
    check_no_orphan_files(city)


@pytest.fixture(scope="module")
def two_versions(delivered: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city with two kept versions and a person in several sources."""
    city = delivered.copy_to(tmp_path_factory.mktemp("two_versions") / "city")
    rows = [attendance(PERSON, "北区役所", "R8.10.10")]
    for name in ("研修1.xlsx", "研修2.xlsx"):
        content = workbook({"第1回": rows}, TRAINING_HEADING)
        city.deliver("training_rosters", name, content, on=NIGHT)
    city.publish(NIGHT)
    return city


def _earlier(city: City) -> str:
    [earlier] = [
        version
        for file in (city.data / "published").glob("warehouse-*.duckdb")
        if (version := file.stem.removeprefix("warehouse-")) != _version(city)
    ]
    return earlier


@pytest.mark.parametrize("place", COMMAND_KILL_PLACES["rollback"])
def test_a_killed_rollback_can_be_repeated(
    two_versions: City, base_city: City, tmp_path: Path, place: str
) -> None:
    city = _copy(two_versions, tmp_path / "city")
    before, version = published(city), _earlier(city)
    assert kill_command_at(city, place, "rollback", version) == -9
    check_invariants(city, before)
    assert city.shihyo("rollback", version).returncode == 0
    assert (_version(city), city.status()["published_version"]) == (version, version)
    _assert_ends_like(city, export_marts(base_city))


@pytest.mark.parametrize("place", COMMAND_KILL_PLACES["prune"])
def test_a_killed_pruning_can_be_repeated(two_versions: City, tmp_path: Path, place: str) -> None:
    city = _copy(two_versions, tmp_path / "city")
    before, long_ago = published(city), time.time() - 200 * 86_400
    old = [city.data / "logs" / f"shihyo.log.{number}" for number in (1, 2, 3)]
    for file in old:
        file.write_bytes(b"x")
        os.utime(file, (long_ago, long_ago))
    assert kill_command_at(city, place, "prune") == -9
    assert not check_invariants(city, before)
    assert [file.exists() for file in old].count(True) in (2, 3)
    assert city.shihyo("prune").returncode == 0
    assert [file for file in old if file.exists()] == []
    assert published(city) == before
    check_no_orphan_files(city)


@pytest.fixture(scope="module")
def erased(two_versions: City, tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """The marts once the person is erased."""
    city = two_versions.copy_to(tmp_path_factory.mktemp("erased") / "city")
    done = city.shihyo("erase", PERSON)
    assert done.returncode == 0, done.stderr
    return export_marts(city)


@pytest.mark.parametrize("place", COMMAND_KILL_PLACES["erase"])
def test_a_killed_erasure_can_be_gone_on_with_and_every_figure_stands(
    two_versions: City, erased: Marts, tmp_path: Path, place: str
) -> None:
    """Someone who became two nobodies would be in no roster any more, and counted twice."""
    city = _copy(two_versions, tmp_path / "city")
    before = published(city)
    assert kill_command_at(city, place, "erase", PERSON) == -9
    _check_landing_but_for_what_is_being_erased(city, before)
    done = city.shihyo("erase", PERSON)
    assert done.returncode == 0, done.stderr
    _assert_ends_like(city, erased)
    pseudonym = Pseudonyms(b"a key for the tests alone").of(PERSON).encode()
    assert [
        file for file in city.data.rglob("*") if file.is_file() and pseudonym in file.read_bytes()
    ] == []


def _check_landing_but_for_what_is_being_erased(city: City, before: Published) -> None:
    check_invariants(replace(city), before)
