"""Warehouses that readers do not see: where they lie. Those that they see are in `published.py`."""

from pathlib import Path

from settings import Settings


def candidate_file(settings: Settings) -> Path:
    """Return the candidate: tonight's while a run goes, the refused one after a failed audit."""
    return settings.candidate_dir / "warehouse.duckdb"


def held_file(settings: Settings, version: str) -> Path:
    """Return a version that waits for approval, or did."""
    return settings.candidate_dir / f"held-{version}.duckdb"


def held_manifest(settings: Settings, version: str) -> Path:
    """Return dbt's manifest of the project that built a version which waits for approval."""
    return settings.candidate_dir / f"held-{version}.manifest.json"


def dev_file(settings: Settings) -> Path:
    """Return the data team's warehouse, which `shihyo dev` builds."""
    return settings.data_dir / "dev" / "warehouse.duckdb"
