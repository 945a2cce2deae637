"""What must hold of a city's published data whatever happened to its nights, and a listed export of
its marts to compare two cities by.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from small_city import City

from flows.reading.diff import RUN_COLUMNS, RUN_TABLES
from harness.kills import await_end_of_processes
from published import ONE_PAGE_LANGUAGES, events, waiting_version
from settings import Settings

Marts = dict[str, list[tuple[Any, ...]]]


def export_marts(city: City) -> Marts:
    """Return every mart that a run does not stamp, its columns named in the first row, the others
    in a fixed order.
    """
    with duckdb.connect(str(city.published.resolve()), read_only=True) as connection:
        listed = (
            "select table_name, column_name from information_schema.columns where table_schema ="
            " 'marts' order by table_name, column_name"
        )
        columns: dict[str, list[str]] = {}
        for table, column in connection.execute(listed).fetchall():
            if table not in RUN_TABLES and column not in RUN_COLUMNS:
                columns.setdefault(table, []).append(column)
        return {
            table: [
                tuple(names),
                *connection.execute(
                    f"select {', '.join(names)} from marts.{table} order by all"
                ).fetchall(),
            ]
            for table, names in columns.items()
        }


def first_difference(one: Marts, other: Marts) -> str | None:
    """Say in which mart two exports first differ, and by which rows; None when they are the same."""
    for table in sorted({*one, *other}):
        if one.get(table) != other.get(table):
            here, there = (set(map(str, export.get(table, []))) for export in (one, other))
            return (
                f"{table}: only in the first {sorted(here - there)[:3]}, only in the second"
                f" {sorted(there - here)[:3]}"
            )
    return None


@dataclass(frozen=True)
class Published:
    """The version that readers see, and its content."""

    link: str
    sha256: str


def published(city: City) -> Published:
    """Return what readers see now."""
    return Published(
        city.published.readlink().name, hashlib.sha256(city.published.read_bytes()).hexdigest()
    )


def check_invariants(city: City, before: Published) -> bool:
    """Assert what no crash may break; return whether a whole new version is published."""
    now = published(city)
    events = _ledger(city)
    versions = {
        event["version"]: event["sha256"] for event in events if event.get("event") == "version"
    }
    for file in (city.data / "published").glob("warehouse-*.duckdb"):
        stated = versions.get(file.stem.removeprefix("warehouse-"))
        # A version that was put in place and not entered is on disk, and readers do not see it.
        assert stated in (
            None,
            hashlib.sha256(file.read_bytes()).hexdigest(),
        ), f"{file.name} is not what the ledger says"
    assert now.link.removeprefix("warehouse-").removesuffix(".duckdb") in versions
    if now.link == before.link:
        assert now.sha256 == before.sha256, "what is published was changed"
    with duckdb.connect(str(city.published.resolve()), read_only=True) as connection:
        assert connection.execute("select count(*) from marts.dim_indicators").fetchall() == [(9,)]
        assert connection.execute(
            "select count(*) from marts.fct_loads where rows_unaccounted != 0"
        ).fetchall() == [(0,)]
    for folder in (city.data / "landing").glob("*/*/*/"):
        if not folder.is_relative_to(city.data / "landing" / ".landing"):
            assert {"data.parquet", "manifest.json", "rejected.parquet"} <= {
                file.name for file in folder.iterdir()
            }, folder
    assert await_end_of_processes(city) == {}
    return now.link != before.link


def check_no_orphan_files(city: City) -> None:
    """Assert of a city that nothing works on that no file is left over: each one in its data folder
    is a version's in the ledger, the waiting version's, a landed item's, or the deployment's own.
    """
    versions = {event["version"] for event in _ledger(city) if event.get("event") == "version"}
    kept = {
        version
        for file in (city.data / "published").glob("warehouse-*.duckdb")
        if (version := file.stem.removeprefix("warehouse-")) in versions
    }
    suffixes = ("duckdb", "manifest.json", *(f"{each}.html" for each in ONE_PAGE_LANGUAGES))
    named = {f"warehouse-{version}.{suffix}" for version in kept for suffix in suffixes}
    own = {"warehouse.duckdb", "runs.jsonl", "status.json"}
    assert _names(city.data / "published") == named | own

    settings = Settings(data_dir=city.data, pseudonym_key="a key for the tests alone")
    waiting = waiting_version(events(settings))
    held = {f"held-{waiting.version}.{suffix}" for suffix in suffixes[:2]} if waiting else set()
    assert _names(city.data / "candidate") == held

    assert _names(city.data / "landing" / ".landing") == set()
    items = (city.data / "landing").glob("[!._]*/*/*")
    of_an_item = {"data.parquet", "manifest.json", "rejected.parquet"}
    assert {str(item): found for item in items if (found := _names(item)) != of_an_item} == {}

    assert _names(city.data) <= {".lock", "candidate", "landing", "logs", "published"}
    suspects = [
        file
        for pattern in ("*.tmp", "*.wal", ".*.[0-9]*")
        for file in city.data.rglob(pattern)
        if not file.is_relative_to(city.data / "logs" / "prefect")
    ]
    assert suspects == []


def _names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()} if folder.exists() else set()


def _ledger(city: City) -> list[dict[str, Any]]:
    found = []
    for line in (
        (city.data / "published" / "runs.jsonl")
        .read_text(encoding="utf-8", errors="replace")
        .splitlines()
    ):
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return [event for event in found if isinstance(event, dict)]


# Without a pause for a second after each change of the folder, and five times a second else: a
# reader that never rests takes a processor for as long as the nights last.
_READ = """
import duckdb, os, sys, time
folder = os.path.dirname(sys.argv[1])
while not os.path.exists(sys.argv[2]):
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        print(*connection.execute(
            'select (select count(*) from marts.dim_indicators), (select count(*) from marts.fct_loads), '
            '(select warehouse_version from staging.stg_night__run_contexts)').fetchall()[0], flush=True)
    if time.time() - os.stat(folder).st_mtime > 1:
        time.sleep(0.2)
os._exit(0)
"""


@contextmanager
def reader_in_a_loop(city: City, folder: Path) -> Iterator[list[tuple[str, ...]]]:
    """Read what is published again and again in a process of its own; the list is filled at the
    end, and any error of a read fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seen, errors, stop = (
        folder / "seen",
        folder / "errors",
        folder / "stop",
    )  # files, because a full pipe would stop the reader
    reads: list[tuple[str, ...]] = []
    with seen.open("w") as output, errors.open("w") as error_output:
        reader = subprocess.Popen(
            [sys.executable, "-c", _READ, str(city.published), str(stop)],
            stdout=output,
            stderr=error_output,
            env={
                name: value for name, value in os.environ.items() if not name.startswith("SHIHYO_")
            },
        )
    try:
        yield reads
    finally:
        stop.touch()
        assert (reader.wait(timeout=60), errors.read_text()) == (0, "")
        reads += [tuple(line.split()) for line in seen.read_text().splitlines()]


def check_rebuilt_alike(city: City, twin: City, first: date, last: date) -> None:
    """Assert that a city's marts are those of a rebuild from landing, and of a twin that never
    crashed and landed the same deliveries day by day in one go.
    """
    nights = export_marts(city)
    assert city.shihyo("run", "--as-of", last, "--full-refresh").returncode == 0
    assert first_difference(nights, export_marts(city)) is None
    shutil.rmtree(twin.folder / "inbox")
    (city.folder / "inbox").rename(twin.folder / "inbox")
    assert twin.shihyo("backfill", "--from", first, "--to", last).returncode == 0
    assert first_difference(nights, export_marts(twin)) is None
