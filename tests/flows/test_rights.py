"""Rights: nothing that a command leaves in the data folder can be read by others, and what an
earlier one left is closed.
"""

import os
import stat
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from harness.kills import kill_at
from harness.ready_python import ready_python
from small_city import BASE_AS_OF, FIRST_DAY, HEADING, City, log_lines, new_city

WITHHELD = 0o027


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """The umask of a Debian account, under which files are everybody's to read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def _places(folder: Path) -> dict[str, int]:
    """Return the mode of a folder and of everything below it; links have none of their own."""
    every = [folder, *(path for path in folder.rglob("*") if not path.is_symlink())]
    return {str(path.relative_to(folder)): stat.S_IMODE(path.lstat().st_mode) for path in every}


def _open(folder: Path) -> list[str]:
    return [name for name, mode in _places(folder).items() if mode & WITHHELD]


def _open_wide(folder: Path) -> None:
    for path in [folder, *(path for path in folder.rglob("*") if not path.is_symlink())]:
        path.chmod(0o777 if path.is_dir() else 0o666)


def test_nothing_that_the_commands_leave_can_be_read_by_others(tmp_path: Path) -> None:
    city = new_city(tmp_path / "city")  # with a Prefect server of its own
    city.deliver_roster(FIRST_DAY)
    for offset in range(20):
        city.deliver_log(FIRST_DAY + timedelta(days=offset))
    day = FIRST_DAY + timedelta(days=19)
    city.deliver(
        "access_log",
        f"access_log_{day:%Y%m%d}.csv",
        [HEADING, *log_lines(day), "2026-02-30T25:61:00Z,s1,view,x,"],
        on=BASE_AS_OF,
    )
    city.installed().publish(BASE_AS_OF)
    for words in (
        ("dev",),
        ("quarantine", "export"),
        ("quarantine", "export", "--to", str(tmp_path / "sent")),
    ):
        done = city.shihyo(*words)
        assert done.returncode == 0, done.stderr

    places = _places(city.data)
    assert _open(city.data) == []
    assert _open(tmp_path / "sent") == []
    for left in (
        "landing",
        "published/runs.jsonl",
        "logs/prefect",
        "logs/data_docs",
        "logs/dbt-output.log",
        "dev/warehouse.duckdb",
    ):
        assert left in places
    assert {mode for name, mode in places.items() if name.endswith(".xlsx")} == {0o640}
    assert places[f"published/{city.published.resolve().name}"] == 0o440
    assert places["."] == 0o750


def test_what_was_left_open_is_closed_before_anything_is_done(city: City) -> None:
    elsewhere = (city.data / "landing").rename(city.folder / "another disk")
    (city.data / "landing").symlink_to(elsewhere)
    _open_wide(city.data)
    _open_wide(elsewhere)
    version = city.published.resolve()
    version.chmod(0o444)
    content = version.read_bytes()

    done = city.shihyo("rollback", version.stem.removeprefix("warehouse-"))

    assert done.returncode == 0, done.stderr
    assert "were open to others and are so no more" in done.stdout
    places = _places(city.data)
    assert _open(city.data) == _open(elsewhere) == []
    assert places["."] == 0o750
    assert places["published/runs.jsonl"] == 0o640
    assert places[f"published/{version.name}"] == 0o440
    assert version.read_bytes() == content
    again = city.shihyo("rollback", version.stem.removeprefix("warehouse-"))
    assert "open to others" not in again.stdout + again.stderr


def test_a_drop_folder_in_the_data_folder_stays_as_it_is_and_can_be_reached(city: City) -> None:
    inside = city.data / "drop"
    (city.folder / "inbox").rename(inside)
    _open_wide(city.data)
    before = _places(inside)

    done = city.shihyo("rollback", city.published.resolve().stem.removeprefix("warehouse-"))

    assert done.returncode == 0, done.stderr
    assert _places(inside) == before
    assert _places(city.data)["."] == 0o777, "whoever delivers passes through it"
    assert (
        _open(city.data / "landing")
        == _open(city.data / "published")
        == _open(city.data / "logs")
        == []
    )


def test_a_stricter_umask_stands(city: City) -> None:
    os.umask(0o077)
    city.deliver_log(BASE_AS_OF, on=date(2026, 10, 22))
    landed = "flows.night.write:prepare_candidate"
    assert kill_at(city, landed, date(2026, 10, 22), python=ready_python()) == -9
    assert {
        stat.S_IMODE(path.stat().st_mode)
        for path in (city.data / "landing").glob("*/*/2026-10-22-*/*")
    } == {0o600}
