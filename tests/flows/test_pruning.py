"""What is not needed any more goes by the policy, and nothing that is needed does."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.machine import disks
from flows.pruning import prunable, prune
from settings import Settings

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def put(file: Path, days_ago: int) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x" * 1000)
    at = (NOW - timedelta(days=days_ago)).timestamp()
    os.utime(file, (at, at))
    return file


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        pseudonym_key="a key for the tests alone",
        sources={},
        keep_versions=2,
        keep_logs_days=30,
    )


def test_only_what_the_policy_no_longer_keeps_is_removed(settings: Settings) -> None:
    published, logs = settings.published_dir, settings.logs_dir
    versions = [
        put(published / f"warehouse-202611{day:02}-202611{day:02}T170000Z.duckdb", 200)
        for day in range(1, 6)
    ]
    # Rolled back: the oldest is what readers see.
    (published / "warehouse.duckdb").symlink_to(versions[0].name)
    gone = {
        *versions[1:3],
        put(published / "damaged-warehouse-20261001-20261001T170000Z.duckdb", 31),
        put(logs / "data_docs" / "raw" / "validations" / "a" / "b.html", 31),
        put(logs / "shihyo.log.2", 31),
        put(settings.data_dir / "dev" / "warehouse.duckdb", 31),
    }
    stays = {
        *(versions[0], *versions[3:]),
        put(published / "runs.jsonl", 999),
        put(published / "damaged2-warehouse-20261101-20261101T170000Z.duckdb", 29),
        put(logs / "data_docs" / "raw" / "validations" / "a" / "c.html", 29),
        put(logs / "data_docs" / "raw" / "index.html", 999),
        put(settings.landing_dir / "access_log" / "a" / "b" / "data.parquet", 999),
    }
    found = prunable(settings, NOW)
    assert {each.path for each in found} == gone
    assert all(file.exists() for file in gone | stays)
    assert {each.byte_count for each in found} == {1000}
    assert {each.path for each in prune(settings, NOW)} == gone
    assert [file for file in gone if file.exists()] == []
    assert [file for file in stays if not file.exists()] == []
    assert prunable(settings, NOW) == []


def test_what_cannot_be_removed_is_said_and_the_rest_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, other = (put(settings.logs_dir / f"shihyo.log.{number}", 99) for number in (1, 2))
    unlink = Path.unlink

    def refuse(file: Path, *arguments: bool) -> None:
        if file == stuck:
            raise PermissionError(13, "Permission denied")
        unlink(file, *arguments)

    monkeypatch.setattr(Path, "unlink", refuse)
    assert [each.path for each in prune(settings, NOW)] == [other]
    assert "could not be removed (Permission denied)" in caplog.text


def test_a_disk_that_fills_up_is_named_while_there_is_room(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert disks.needed_bytes(settings) == 1024**3
    monkeypatch.setattr(disks, "free_bytes", lambda _place: 2 * 1024**3)
    assert disks.filling_place(settings) is None
    monkeypatch.setattr(disks, "free_bytes", lambda _place: 900_000_000)
    said = disks.filling_place(settings)
    assert said == f"{settings.landing_dir} has 0.9 GB free; a night should find 1.1"
