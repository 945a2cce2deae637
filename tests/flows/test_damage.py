"""A published version that is damaged or lost: named by every reader, and put right by every night."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from harness.invariants import export_marts, first_difference
from harness.kills import kill_command_at
from harness.ready_python import ready_python
from small_city import BASE_AS_OF, City

from flows.endings import one_line
from flows.ledger import append
from flows.night.publish import remove_all_but_published
from flows.night.recovery import recover_published
from flows.run import Run
from flows.versions import check_published, sha256_of
from published import Status, events, published_link, status_as_found, version_file
from settings import Settings

NIGHT = date(2026, 10, 22)


def _version(city: City) -> str:
    return city.published.readlink().stem.removeprefix("warehouse-")


def _empty(link: Path) -> None:
    link.resolve().chmod(0o640)
    link.resolve().write_bytes(b"")


def _cut_short(link: Path) -> None:
    content = link.resolve().read_bytes()
    link.resolve().chmod(0o640)
    link.resolve().write_bytes(content[: len(content) // 3])


def _flip_bytes(link: Path) -> None:
    content = bytearray(link.resolve().read_bytes())
    for place in range(12_000, len(content), 4096):
        content[place] ^= 0xFF
    link.resolve().chmod(0o640)
    link.resolve().write_bytes(content)


def _lose_file(link: Path) -> None:
    link.resolve().unlink()


def _lose_link(link: Path) -> None:
    link.unlink()


def _replace_link(link: Path) -> None:
    link.unlink()
    link.write_bytes(b"what a restored backup may leave here" * 100)


def _name_no_version(link: Path) -> None:
    link.unlink()
    link.symlink_to("runs.jsonl")


def _link_to_itself(link: Path) -> None:
    link.unlink()
    link.symlink_to(link.name)


DAMAGES = {
    _empty: "is empty",
    _cut_short: "is not the ledger's",
    _flip_bytes: "is not the ledger's",
    _lose_file: "is not there",
    _lose_link: "is gone",
    _replace_link: "is no link to a version",
    _name_no_version: "names runs.jsonl, which is no version",
    _link_to_itself: "names warehouse.duckdb, which is no version",
}
Damage = Callable[[Path], None]


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_reader_names_the_file_and_the_next_step_in_one_line(
    city: City, damage: Damage
) -> None:
    version = _version(city)
    damage(city.published)
    for words in (
        ("show",),
        ("explain", "visualisation_usage_rate"),
        ("quarantine", "list"),
        ("diff", "--with", version),
        ("versions", "--verify"),
    ):
        done = city.shihyo(*words)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert done.stderr.startswith(f"shihyo: {words[0]}: ")
        assert DAMAGES[damage] in done.stderr
        assert str(city.data / "published") in done.stderr
        assert "next: shihyo run publishes the last whole version again" in done.stderr
        assert "whole:" not in done.stderr


def test_versions_says_whole_only_of_what_it_has_compared(city: City) -> None:
    assert "whole" not in city.shihyo("versions").stdout
    verified = city.shihyo("versions", "--verify")
    assert (verified.returncode, verified.stdout.split()[-1]) == (0, "whole")
    _flip_bytes(city.published)
    listed, verified = city.shihyo("versions"), city.shihyo("versions", "--verify")
    assert (listed.returncode, listed.stderr) == (0, ""), "nothing was compared, nothing is said"
    assert (verified.returncode, verified.stdout.split()[-1]) == (1, "damaged")
    _lose_file(city.published)
    assert "is not there" in city.shihyo("versions").stderr


@pytest.fixture(scope="module")
def two_nights(base_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city of which two versions are kept, with what the next night will find."""
    city = base_city.copy_to(tmp_path_factory.mktemp("damage") / "city")
    city.deliver_log(NIGHT - timedelta(days=1))
    city.publish(NIGHT)
    city.deliver_log(NIGHT)
    return city


@pytest.fixture(scope="module")
def undamaged(two_nights: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """The same city after its next night."""
    city = two_nights.copy_to(tmp_path_factory.mktemp("undamaged") / "city")
    city.publish(NIGHT + timedelta(days=1))
    return city


@pytest.mark.parametrize("damage", [_flip_bytes, _lose_file])
def test_a_night_publishes_the_last_whole_version_again_and_goes_on_from_it(
    base_city: City, two_nights: City, undamaged: City, tmp_path: Path, damage: Damage
) -> None:
    city = two_nights.copy_to(tmp_path / "city")
    first, second = _version(base_city), _version(city)
    damage(city.published)
    content = city.published.read_bytes() if damage is _flip_bytes else None

    city.publish(NIGHT + timedelta(days=1))

    assert first_difference(export_marts(city), export_marts(undamaged)) is None
    [event] = _events(city, "damaged")
    assert (event["version"], event["republished"]) == (second, first)
    [warning] = [each for each in city.status()["last_run"]["warnings"] if second in each]
    assert f"version {second} is damaged: " in warning
    assert f"version {first} is published again" in warning
    aside = city.data / "published" / f"damaged-warehouse-{second}.duckdb"
    assert (aside.read_bytes() if aside.exists() else None) == content
    assert second not in city.shihyo("versions").stdout
    assert city.shihyo("rollback", second).returncode == 2


def _damage_the_only_version(city: City, damage: Damage) -> str:
    version = _version(city)
    damage(city.published)
    if damage is _replace_link:
        version_file = city.data / "published" / f"warehouse-{version}.duckdb"
        version_file.chmod(0o640)
        version_file.write_bytes(b"x")
    return version


def _assert_that_none_was_whole(city: City) -> None:
    [event] = _events(city, "damaged")
    assert event["republished"] is None
    for name in event["kept_as"]:
        assert (city.data / "published" / name).exists()


@pytest.mark.parametrize(
    ("words", "damage"),
    [
        (("backfill", "--from", BASE_AS_OF, "--to", BASE_AS_OF), _empty),
        (("rebuild",), _replace_link),
    ],
)
def test_with_no_whole_version_left_the_night_builds_from_landing(
    city: City, words: tuple[str, ...], damage: Damage
) -> None:
    marts, version = export_marts(city), _damage_the_only_version(city, damage)
    done = city.shihyo(*words)
    assert done.returncode == 0, done.stderr
    assert first_difference(export_marts(city), marts) is None
    assert city.published.is_symlink()
    assert _version(city) != version
    assert _version(city)[:8] == BASE_AS_OF.strftime("%Y%m%d")
    _assert_that_none_was_whole(city)
    assert "no whole version is kept" in "".join(city.status()["last_run"]["warnings"])


@pytest.mark.parametrize(
    ("words", "damage"),
    [
        (("run", "--as-of", BASE_AS_OF, "--full-refresh"), _cut_short),
        (("rebuild",), _lose_file),
    ],
)
def test_with_no_whole_version_left_every_command_comes_to_build_from_landing_alone(
    city: City, words: tuple[str, ...], damage: Damage
) -> None:
    _damage_the_only_version(city, damage)
    to_build = "flows.night.write:run_dbt"
    assert kill_command_at(city, to_build, *words, python=ready_python()) == -9
    _assert_that_none_was_whole(city)
    candidate = city.data / "candidate" / "warehouse.duckdb"
    with duckdb.connect(str(candidate), read_only=True) as connection:
        assert connection.execute(
            "select count(*) filter (where is_new), count(*) from night.landed_items"
        ).fetchall() == [(21, 21)]
        assert connection.execute(
            "select count(*) from duckdb_tables() where schema_name = 'marts'"
        ).fetchall() == [(0,)]


def _events(city: City, kind: str) -> list[dict[str, object]]:
    lines = (city.data / "published" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
    return [event for event in map(json.loads, lines) if event["event"] == kind]


@pytest.fixture
def kept(tmp_path: Path) -> Settings:
    """Four kept versions of a few bytes each; the last is published."""
    settings = Settings(data_dir=tmp_path, pseudonym_key="a key for the tests alone", sources={})
    settings.published_dir.mkdir(parents=True)
    for day in range(1, 5):
        _publish(settings, _name(day))
    return settings


def _name(day: int) -> str:
    return f"2026110{day}-2026110{day}T020000Z"


def _publish(settings: Settings, version: str) -> None:
    file = version_file(settings, version)
    file.write_text(version)
    append(settings, {"event": "version", "version": version, "sha256": sha256_of(file)})
    described = Run("run", date(2026, 11, 1), version=version).describe()
    append(settings, {"event": "finished", "outcome": "published", **described})
    link = published_link(settings)
    link.unlink(missing_ok=True)
    link.symlink_to(file.name)


def _recovered(settings: Settings) -> str | None:
    recover_published(settings, Run("run", date(2026, 11, 5)))
    link = published_link(settings)
    return link.readlink().stem.removeprefix("warehouse-") if link.is_symlink() else None


def test_a_version_that_was_rolled_back_from_or_is_damaged_itself_is_not_published_again(
    kept: Settings,
) -> None:
    append(kept, {"event": "rollback", "version": _name(2), "from_version": _name(3)})
    version_file(kept, _name(2)).write_text("damaged, too")
    version_file(kept, _name(4)).write_text("damaged")
    assert _recovered(kept) == _name(1)


def test_a_version_that_was_built_later_is_not_published_again(kept: Settings) -> None:
    append(kept, {"event": "rollback", "version": _name(1), "from_version": _name(4)})
    published_link(kept).unlink()
    published_link(kept).symlink_to(version_file(kept, _name(1)).name)
    version_file(kept, _name(1)).unlink()
    assert _recovered(kept) is None


def test_a_lost_link_leads_again_to_the_version_that_was_published(kept: Settings) -> None:
    append(kept, {"event": "rollback", "version": _name(2), "from_version": _name(4)})
    published_link(kept).unlink()
    assert _recovered(kept) == _name(2)


def test_a_version_of_a_first_night_that_was_killed_is_not_published_by_the_next(
    kept: Settings,
) -> None:
    (kept.published_dir / "runs.jsonl").unlink()
    published_link(kept).unlink()
    append(
        kept,
        {
            "event": "version",
            "version": _name(4),
            "sha256": sha256_of(version_file(kept, _name(4))),
        },
    )
    assert check_published(kept) is None
    assert _recovered(kept) is None


def test_a_write_ahead_log_beside_a_version_is_kept_aside_with_it(kept: Settings) -> None:
    log = version_file(kept, _name(4)).with_name(f"warehouse-{_name(4)}.duckdb.wal")
    log.write_text("what readers would see besides")
    assert _recovered(kept) == _name(3)
    assert not log.exists()
    assert {file.name for file in kept.published_dir.glob("damaged-*")} == {
        f"damaged-warehouse-{_name(4)}.duckdb",
        f"damaged-warehouse-{_name(4)}.duckdb.wal",
    }


def test_a_second_damaged_file_does_not_take_the_first_ones_place(kept: Settings) -> None:
    for content in ("one", "two"):
        published_link(kept).unlink()
        published_link(kept).write_text(content)
        assert _recovered(kept) == _name(4)
    assert sorted(file.read_text() for file in kept.published_dir.glob("damaged*-*")) == [
        "one",
        "two",
    ]


def test_erasing_a_person_removes_damaged_versions_too(kept: Settings) -> None:
    version_file(kept, _name(4)).write_text("damaged")
    assert _recovered(kept) == _name(3)
    remove_all_but_published(kept)
    assert [file.name for file in kept.published_dir.glob("*.duckdb") if not file.is_symlink()] == [
        f"warehouse-{_name(3)}.duckdb"
    ]


def test_a_line_of_the_ledger_that_no_parser_can_follow_is_passed_over(kept: Settings) -> None:
    ledger = kept.published_dir / "runs.jsonl"
    known = events(kept)
    ledger.write_text("[" * 200_000 + "\n" + ledger.read_text(encoding="utf-8"), encoding="utf-8")
    assert events(kept) == known
    (kept.published_dir / "status.json").write_text("[" * 200_000, encoding="utf-8")
    assert status_as_found(kept) == Status()


def test_what_a_library_says_at_length_is_one_line_of_bounded_length() -> None:
    said = one_line(ValueError("a\nb" * 1_000_000))
    assert said.startswith("a ba b")
    assert len(said) < 5_000


def test_without_the_ledger_a_night_says_that_nothing_could_be_compared(city: City) -> None:
    (city.data / "published" / "runs.jsonl").unlink()
    city.publish(NIGHT)
    [warning] = [each for each in city.status()["last_run"]["warnings"] if "ledger" in each]
    assert "could not be checked: the ledger holds no checksum of it; DuckDB opens it" in warning
    assert _events(city, "damaged") == []


def test_a_landed_file_that_was_cut_short_is_named_every_night_until_it_is_restored(
    city: City,
) -> None:
    """The night does not read what it has folded already: a build from all would, and fail."""
    city.deliver_log(BASE_AS_OF)
    [data] = (city.data / "landing" / "staff_roster").glob("*/*/data.parquet")
    content = data.read_bytes()
    data.write_bytes(content[: len(content) // 2])
    night = city.night(BASE_AS_OF + timedelta(days=1))
    assert night.returncode == 0, night.stderr
    place = data.relative_to(city.data / "landing")
    assert f"landed_item_is_damaged: {place} cut short or lost" in night.stdout
    rebuilt = city.shihyo("run", "--as-of", BASE_AS_OF + timedelta(days=1), "--full-refresh")
    assert rebuilt.returncode == 1
    assert "base_staff_roster__" in rebuilt.stderr
    data.write_bytes(content)
    rebuilt = city.shihyo("run", "--as-of", BASE_AS_OF + timedelta(days=1), "--full-refresh")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert "landed_item_is_damaged" not in rebuilt.stdout
