"""A hundred random moments while versions are published, rolled back and removed: whoever asks for
a page then sees one version whole, and can save what that one shows.

A real server answers, and the night's own functions publish. SEED repeats a run; N asks more often.
"""

import os
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from harness.moments import ADDRESSES, Archive, Move, Reader, check, read, without_nights

import settings as configuration
from app.drawing.words import LANGUAGES
from browsing.server import APP, serve
from flows.night import publish
from flows.night.write import project_manifest
from flows.paths import candidate_file
from flows.run import Run, recorded
from published import kept_files, one_page_file, published_version, version_name, version_of

N = int(os.environ.get("N") or 100)
SEED = int(os.environ.get("SEED") or random.randrange(10**6))
AS_OF = date(2026, 11, 20)
READERS = 3
LONGEST_PAUSE = float(os.environ.get("PAUSE") or 0.3)


@dataclass
class Publisher:
    """Publishes further versions and rolls back, and notes when the link named which."""

    settings: configuration.Settings
    template: Path
    archive: Path
    chance: random.Random
    moves: list[Move] = field(default_factory=list)
    copies: dict[str, set[bytes]] = field(default_factory=dict)

    def publish(self) -> None:
        """Publish a further version, whose every figure is another one, as a night does."""
        number = len(self.copies) + 1
        candidate = candidate_file(self.settings)
        candidate.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.template, candidate)
        with duckdb.connect(str(candidate)) as connection:
            for statement in _other_figures(connection, number):
                connection.execute(statement)
        started = datetime(2026, 11, 24, 3, 45, tzinfo=UTC) + timedelta(seconds=number)
        run = Run("run", AS_OF, version=version_name(AS_OF, started), started_at=started)
        with recorded(self.settings, run):
            publish.publish_candidate(self.settings, run)
        assert run.warnings == []
        assert run.version
        self.copies[run.version] = {
            one_page_file(self.settings, run.version, each).read_bytes() for each in LANGUAGES
        }

    def roll_back(self) -> None:
        """Publish an earlier version again."""
        current = published_version(self.settings)
        others = [
            version
            for file in kept_files(self.settings)
            if (version := version_of(file)) != current
        ]
        publish.rollback(self.settings, self.chance.choice(others))

    def point_link_at(
        self, settings: configuration.Settings, file: Path, move: Callable[..., None]
    ) -> None:
        """Move the link, and note it; the version stays readable here when it is removed there."""
        kept = self.archive / "published" / file.name
        if not kept.exists():
            os.link(file, kept)
        before = time.monotonic()
        move(settings, file)
        self.moves.append((before, time.monotonic(), version_of(file)))


def _other_figures(connection: duckdb.DuckDBPyConnection, number: int) -> Iterator[str]:
    """Give statements that change what every mart says in names and in numbers."""
    columns = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() semi join duckdb_tables()"
        " using (schema_name, table_name) where schema_name = 'marts' order by all"
    ).fetchall()
    for table, column, kind in columns:
        if kind == "VARCHAR" and column.endswith(("_ja", "_en")):
            yield f"update marts.{table} set {column} = {column} || ' v{number}'"
        elif kind == "DOUBLE" and column.endswith("_value"):
            yield f"update marts.{table} set {column} = {column} + {number} / 10"
        elif kind in ("INTEGER", "BIGINT") and column.endswith(
            ("rows_read", "_count", "numerator")
        ):
            yield f"update marts.{table} set {column} = {column} + {number}"


@pytest.fixture
def nights(
    house: Any, served_house: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Publisher:
    """A house in which versions are published at random moments, and two are kept."""
    with house.config.open("a", encoding="utf-8") as told:
        told.write("keep_versions = 2\nis_demo = true\n")
    settings = configuration.settings()
    template = (served_house.published_dir / "warehouse.duckdb").resolve()
    archive = tmp_path / "archive"
    (archive / "published").mkdir(parents=True)
    manifest = project_manifest(settings)
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{}", encoding="utf-8")
    built = Publisher(settings, template, archive, random.Random(SEED))
    move = publish.point_link_at
    monkeypatch.setattr(
        publish, "point_link_at", lambda settings, file: built.point_link_at(settings, file, move)
    )
    return built


def test_every_version_shows_other_figures_in_every_panel(nights: Publisher) -> None:
    """Else the test below could not tell them apart."""
    nights.publish()
    nights.publish()
    archive = Archive(nights.settings, nights.archive)
    first, second = (version for _, _, version in nights.moves)
    for address in ADDRESSES:
        asked = read(address)
        one, other = (
            without_nights(archive.page(each, address).replace(each, ""), asked.lang)
            for each in (first, second)
        )
        same = set(
            re.findall(
                r'<(?:section|div|details) class="[^"]*\b(?:panel|tiles|groups)\b.*?</h2>',
                one,
                re.DOTALL,
            )
        ) & set(re.findall(r'<section class="panel.*?</section>', other, re.DOTALL))
        assert one != other, address
        assert not same, address


def test_at_no_random_moment_two_versions_are_mixed(
    nights: Publisher, house: Any, tmp_path: Path
) -> None:
    print(f"SEED={SEED} N={N}")
    nights.publish()
    nights.publish()
    readers = [random.Random(f"{SEED} {number}") for number in range(READERS)]
    shares = [len(range(number, N, READERS)) for number in range(READERS)]
    with (
        serve(APP, house.environment, tmp_path / "log") as server,
        ThreadPoolExecutor(READERS) as pool,
    ):
        asked = [
            pool.submit(Reader(server.url, house.published_dir, chance, LONGEST_PAUSE).look, times)
            for chance, times in zip(readers, shares, strict=True)
        ]
        while len(nights.moves) < 10 or not all(each.done() for each in asked):
            nights.publish() if nights.chance.random() < 0.5 else nights.roll_back()
            time.sleep(nights.chance.uniform(0, LONGEST_PAUSE))
        looks = [look for each in asked for look in each.result()]
    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")
    assert len(looks) == N
    archive = Archive(nights.settings, nights.archive)
    saved = [check(look, nights.moves, nights.copies, archive) for look in looks]
    assert sum(saved) > N / 2
    print(f"{len(nights.moves)} moves, {len(nights.copies)} versions, {sum(saved)} files saved")
