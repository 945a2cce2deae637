"""Many more ways to end a night badly: `make chaos`. N is the number of random kills, SEED makes
them the same again.

Each must end published whole, or with a documented exit code and one line, and leave what is
published as it was.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from harness.answers import check_histories
from harness.fuzz import spoiled_night
from harness.invariants import (
    check_invariants,
    check_no_orphan_files,
    export_marts,
    first_difference,
    published,
    reader_in_a_loop,
)
from harness.kills import (
    await_end_of_processes,
    kill_after,
    processes_of,
    start,
)
from harness.moments import Archive, Move, Reader, check
from small_city import City, new_city

from browsing.server import APP, serve
from published import ONE_PAGE_LANGUAGES, one_page_file, published_version
from settings import Settings

NIGHT = date(2026, 10, 22)
N = int(os.environ.get("N", "20"))
SEED = int(os.environ.get("SEED") or random.randrange(10**6))


def _one_line(errors: str) -> bool:
    return len(errors.strip().splitlines()) == 1 and errors.startswith("shihyo: ")


def _expect_refusal(city: City, *words: str | date, code: int) -> str:
    """Run a command that must fail with an exit code and one line and change nothing that is
    published.
    """
    before = published(city)
    done = city.shihyo(*words)
    assert done.returncode == code, done.stdout + done.stderr
    assert _one_line(done.stderr), done.stderr
    assert published(city) == before
    return done.stderr


def test_random_signals_at_random_times_through_many_nights(city: City, tmp_path: Path) -> None:
    print(f"SEED={SEED} N={N}")
    chance = random.Random(SEED)
    own_server = City(city.folder, api_url=None)
    twin = city.copy_to(tmp_path / "twin")
    night, begun = NIGHT, time.monotonic()
    assert start(own_server, "run", "--as-of", night).wait(timeout=300) == 0
    # Moments of the whole night, however slow the machine is, and a few after its end.
    longest_seconds = 1.1 * (time.monotonic() - begun)
    print(f"a night takes {longest_seconds / 1.1:.0f} s")
    with reader_in_a_loop(city, tmp_path / "reader") as reads:
        for number in range(N):
            if number % 4 == 0:
                night += timedelta(days=1)
                city.deliver_log(night - timedelta(days=1), on=night)
            before = published(city)
            ended = kill_after(own_server, night, chance, longest_seconds)
            has_published = check_invariants(city, before)
            print(number + 1, *ended, _stage(city), "published" if has_published else "")
        city.publish(night)
    check_no_orphan_files(city)
    print(f"{len(reads)} reads")
    assert {indicators for indicators, *_ in reads} == {"9"}
    # What a killed night landed is known from that night on, and what it did not from the next: the
    # twin finds each log on the day on which it was landed, and builds once.
    for item in (city.data / "landing" / "access_log").glob("*/*/manifest.json"):
        manifest = json.loads(item.read_text(encoding="utf-8"))
        day = date.fromisoformat(manifest["business_date"])
        if day >= NIGHT:
            twin.deliver_log(day, on=date.fromisoformat(manifest["known_from"]))
    assert twin.shihyo("backfill", "--from", NIGHT, "--to", night).returncode == 0
    assert first_difference(export_marts(city), export_marts(twin)) is None


def _stage(city: City) -> str:
    """Return the stage that the last night logged before it ended."""
    lines = (city.data / "logs" / "shihyo.jsonl").read_text(encoding="utf-8").splitlines()
    return str(json.loads(lines[-1])["stage"])


@pytest.mark.parametrize("child", ["dbt", "prefect_server"])
@pytest.mark.parametrize("after_seconds", [0.5, 3])
def test_the_death_of_a_child_ends_the_night_in_one_line(
    city: City, child: str, after_seconds: float
) -> None:
    city.deliver_log(NIGHT - timedelta(days=1))
    before = published(city)
    night = start(City(city.folder, api_url=None), "run", "--as-of", NIGHT)
    deadline = time.monotonic() + 60
    while not (
        found := [
            number
            for number, line in processes_of(city).items()
            if f"flows.children.{child}" in line
        ]
    ):
        assert night.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(after_seconds)
    for number in found:
        if number in processes_of(city):
            os.kill(number, signal.SIGKILL)
    _, errors = night.communicate(timeout=240)
    if night.returncode != 0:
        assert night.returncode == 1
        assert _one_line(errors), errors
        assert published(city) == before
    check_invariants(city, before)
    city.publish(NIGHT)


def test_two_nights_started_together_one_publishes_and_one_is_turned_away(city: City) -> None:
    city.deliver_log(NIGHT - timedelta(days=1))
    nights = [start(city, "run", "--as-of", NIGHT) for _ in range(3)]
    codes = sorted(night.wait(timeout=180) for night in nights)
    assert codes == [0, 5, 5]


def test_a_rollback_waits_for_no_night_and_disturbs_none(city: City) -> None:
    city.deliver_log(NIGHT - timedelta(days=1))
    version = city.published.resolve().stem.removeprefix("warehouse-")
    night = start(city, "run", "--as-of", NIGHT)
    while f'"as_of": "{NIGHT}"' not in (city.data / "published" / "runs.jsonl").read_text():
        time.sleep(0.02)
    assert city.shihyo("rollback", version).returncode == 5
    assert night.wait(timeout=180) == 0


def test_a_reader_keeps_the_version_it_has_open_while_it_is_pruned(city: City) -> None:
    with city.published.resolve().open("rb") as opened:
        content = opened.read(4096)
        for night in range(6):  # five versions are kept
            city.publish(NIGHT + timedelta(days=night))
        assert not Path(opened.name).exists()
        opened.seek(0)
        assert opened.read(4096) == content


def test_at_no_random_moment_of_real_nights_and_rollbacks_readers_see_two_versions_mixed(
    city: City, tmp_path: Path
) -> None:
    print(f"SEED={SEED} N={N}")
    chance, moves = random.Random(SEED), list[Move]()
    settings = Settings(
        data_dir=city.data, pseudonym_key="a key for the tests alone", is_demo=False
    )

    def move(*words: str | date) -> None:
        before = time.monotonic()
        assert city.shihyo(*words).returncode == 0
        moves.append((before, time.monotonic(), str(published_version(settings))))

    move("run", "--as-of", NIGHT)
    deployment = {
        name: value for name, value in city.environment().items() if name.startswith("SHIHYO_")
    }
    with serve(APP, deployment, tmp_path / "log") as server, ThreadPoolExecutor(2) as pool:
        readers = [
            Reader(server.url, city.data / "published", random.Random(f"{SEED} {each}"), 1.0)
            for each in range(2)
        ]
        asked = [pool.submit(each.look, 5 * N) for each in readers]
        for number in range(1, 4):
            night = NIGHT + timedelta(days=number)
            city.deliver_log(night - timedelta(days=1), on=night)
            move("run", "--as-of", night)
            move(
                "rollback",
                chance.choice([each for _, _, each in moves[:-1] if each != moves[-1][2]]),
            )
            move("rollback", moves[-2][2])
        looks = [look for each in asked for look in each.result()]
    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")
    copies = {
        version: {
            one_page_file(settings, version, each).read_bytes() for each in ONE_PAGE_LANGUAGES
        }
        for _, _, version in moves
    }
    archive = Archive(settings, city.data)
    assert sum(check(look, moves, copies, archive) for look in looks) > len(looks) / 2


@pytest.mark.parametrize(
    "damage", [b"", b"\x00" * 500, b"{not json}\n" * 3, b'[1]\n"text"\n', "壊れた".encode("cp932")]
)
def test_a_damaged_ledger_and_status_are_lived_with(city: City, damage: bytes) -> None:
    city.deliver_log(NIGHT - timedelta(days=1))
    ledger = city.data / "published" / "runs.jsonl"
    ledger.write_bytes(damage + ledger.read_bytes() + damage)
    (city.data / "published" / "status.json").write_bytes(damage)
    assert city.shihyo("runs").returncode == 0
    assert city.shihyo("show").returncode == 0
    city.publish(NIGHT)
    assert city.status()["last_run"]["outcome"] == "published"


def test_a_version_with_flipped_bytes_is_not_rolled_back_to(city: City) -> None:
    first = city.published.resolve()
    city.publish(NIGHT)
    first.chmod(0o640)
    content = bytearray(first.read_bytes())
    content[len(content) // 2] ^= 0xFF
    first.write_bytes(content)
    assert "checksum" in _expect_refusal(
        city, "rollback", first.stem.removeprefix("warehouse-"), code=1
    )


@pytest.mark.parametrize("keep", [0, 10, 0.5])
def test_a_damaged_landed_file_ends_the_build_that_reads_it_and_is_named(
    city: City, keep: float
) -> None:
    city.publish(NIGHT)
    [data] = (city.data / "landing" / "staff_roster").glob("*/*/data.parquet")
    content = data.read_bytes()
    data.write_bytes(content[: int(len(content) * keep) if keep < 1 else int(keep)])
    words = ("run", "--as-of", NIGHT + timedelta(days=1), "--full-refresh")
    assert "staff_roster" in _expect_refusal(city, *words, code=1)
    data.write_bytes(content)
    city.publish(NIGHT + timedelta(days=1))


def test_a_damaged_manifest_ends_the_night_and_is_named(city: City) -> None:
    manifest = next((city.data / "landing" / "access_log").glob("*/*/manifest.json"))
    manifest.write_text("{", encoding="utf-8")
    assert "manifest.json" in _expect_refusal(city, "run", "--as-of", NIGHT, code=1)


def test_an_earlier_night_than_the_published_one_is_refused(city: City) -> None:
    assert "earlier than the published" in _expect_refusal(
        city, "run", "--as-of", date(2026, 10, 1), code=2
    )


@pytest.fixture
def small_disk(city: City, tmp_path: Path) -> Iterator[tuple[City, Path]]:
    """The city's data on a disk of its own that is nearly full; a ballast file on it can be
    removed.
    """
    if os.getuid() != 0:
        pytest.skip("mounting a small disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    size = sum(file.stat().st_size for file in city.data.rglob("*") if file.is_file()) + 40_000_000
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)], check=True)
    try:
        shutil.copytree(city.data, disk / "data", symlinks=True)
        shutil.rmtree(city.data)
        city.data.symlink_to(disk / "data")
        yield city, disk
    finally:
        await_end_of_processes(city)
        subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.parametrize("free_bytes", [0, 200_000, 2_000_000, 8_000_000])
def test_a_full_disk_ends_the_night_and_the_next_one_publishes_once_there_is_room(
    small_disk: tuple[City, Path], free_bytes: int
) -> None:
    city, disk = small_disk
    city.deliver_log(NIGHT - timedelta(days=1))
    before = published(city)
    ballast = disk / "ballast"
    free = shutil.disk_usage(disk).free
    with ballast.open("wb") as file:
        file.write(b"\0" * max(free - free_bytes, 0))
    night = city.night(NIGHT)
    assert "Traceback" not in night.stderr
    if night.returncode != 0:
        assert published(city) == before
        assert _one_line(night.stderr), night.stderr
        assert "the disk of " in night.stderr
        assert "MB free" in night.stderr
    ballast.unlink()
    check_invariants(city, before)
    city.publish(NIGHT + timedelta(days=1))


def test_every_earlier_day_of_many_random_histories_is_answered_as_on_that_day(
    tmp_path: Path,
) -> None:
    seeds = range(SEED, SEED + max(N // 5, 1))
    print(f"SEED={SEED}, {len(seeds)} histories")
    assert check_histories(tmp_path, seeds, nights=4, with_tests=True)["show"] > 0


def test_every_row_of_3000_spoiled_items_is_accounted_for(api_url: str, tmp_path: Path) -> None:
    print(f"SEED={SEED}")
    spoiled_night(new_city(tmp_path / "city", api_url), 3000, SEED)
