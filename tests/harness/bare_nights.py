"""Nights without Prefect, the gate and processes of their own: the same landing, the same dbt
project, the same publishing, in seconds.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from small_city import ROOT, City

from flows.landing.land import land_source
from flows.landing.reader import Reader
from flows.night import write
from flows.night.publish import publish_candidate
from flows.run import Run
from flows.sources import SOURCES
from harness.dbt_forks import Builder, dbt_forks
from harness.ready_python import ready_children
from settings import SOURCE_NAMES, Settings, SourceSettings

_KEY = "a key for the tests alone"


def copy_project(folder: Path) -> Path:
    """Copy the dbt project, to edit its seeds and models."""
    return Path(
        shutil.copytree(
            ROOT / "dbt_project",
            folder,
            ignore=shutil.ignore_patterns("target", "logs", "__pycache__"),
        )
    )


@contextmanager
def bare_nights(project: Path, folder: Path) -> Iterator["BareNights"]:
    """Give a way to run nights on a copied project; what dbt keeps lies in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(data_dir=folder, pseudonym_key=_KEY, sources={})
    with (
        dbt_forks(project, folder) as build,
        ready_children(),
        Reader(settings) as reader,
        pytest.MonkeyPatch.context() as patched,
    ):
        nights = BareNights(project, build, reader)
        patched.setattr(write, "_PROJECT", project)
        patched.setattr(write, "run_dbt", nights.run_dbt)
        yield nights


@dataclass
class BareNights:
    """Runs nights one after another; with_tests says whether the next ones run the dbt project's
    data tests, too.
    """

    project: Path
    build: Builder
    reader: Reader
    with_tests: bool = False
    _count: int = field(default=0, init=False)

    def run_dbt(self, warehouse: Path, options: list[str], logs: Path, _: object = None) -> int:
        logs.mkdir(parents=True, exist_ok=True)
        skipped = ["--exclude-resource-type", "unit_test", *([] if self.with_tests else ["test"])]
        environment = {"SHIHYO_CANDIDATE": str(warehouse), "DBT_LOG_PATH": str(logs)}
        return self.build(["build", *options, *skipped], environment, logs / "dbt-output.log")

    def night(
        self,
        city: City,
        as_of: date,
        *,
        lands: bool = True,
        full_refresh: bool = False,
        **locations: Path,
    ) -> write.Build:
        """Land what is there by a day, build and publish; `locations` names sources that are no
        drop folders.
        """
        settings = settings_of(city, **locations)
        settings.published_dir.mkdir(parents=True, exist_ok=True)
        self._count += 1
        run = Run("run", as_of, version=f"{as_of:%Y%m%d}-20990101T{self._count:06d}Z")
        for source in SOURCES if lands else ():
            land_source(settings, source, [as_of], self.reader)
        warnings = write.write_candidate(settings, run, full_refresh=full_refresh)
        publish_candidate(settings, run)
        return warnings


def settings_of(city: City, **locations: Path) -> Settings:
    """Return the settings of a city as its configuration says, without reading the environment."""
    inbox = city.folder / "inbox"
    places = {name: inbox / name for name in SOURCE_NAMES if (inbox / name).is_dir()} | locations
    sources = {
        name: SourceSettings(location=str(places.get(name, "")), enabled=name in places)
        for name in SOURCE_NAMES
    }
    return Settings(data_dir=city.data, pseudonym_key=_KEY, keep_versions=99, sources=sources)
