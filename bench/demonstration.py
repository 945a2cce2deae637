"""The demonstration, landed and published, in a folder of its own."""

import sys
from dataclasses import dataclass
from pathlib import Path

from bench.measure import measure, shihyo
from settings import DEFAULT_CONFIG, SOURCE_NAMES

_PLACES = {"procedures": "procedures/catalogue.sqlite"}


@dataclass(frozen=True)
class Demonstration:
    """What is published in `data/`, and the environment that names it."""

    folder: Path
    environment: dict[str, str]

    @property
    def published_warehouse(self) -> Path:
        """Return the file of the published version."""
        return (self.folder / "data" / "published" / "warehouse.duckdb").resolve()


def demonstration(folder: Path) -> Demonstration:
    """Publish the demonstration in a folder, where it is not there already."""
    environment = {
        "SHIHYO_CONFIG": str(DEFAULT_CONFIG),
        "SHIHYO_DATA_DIR": str(folder / "data"),
    }
    for source in SOURCE_NAMES:
        if source != "nocode_apps":
            place = folder / "sources" / _PLACES.get(source, source)
            environment[f"SHIHYO_SOURCES__{source.upper()}__LOCATION"] = str(place)
    made = Demonstration(folder, environment)
    if not made.published_warehouse.is_file():
        measure([sys.executable, "-m", "demo", "--to", str(folder / "sources")], {})
        backfill = shihyo("backfill", "--from", "2022-04-01", "--to", "2026-11-20")
        measure([sys.executable, "-m", "demo.nocode_server", "--", *backfill], environment)
    return made
