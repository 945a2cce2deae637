"""Warehouses that readers do not see: where they lie. Those that they see are in `published.py`."""

from pathlib import Path

from settings import Settings


def candidate_file(settings: Settings) -> Path:
    """Return the candidate: tonight's while a run goes, the refused one after a failed audit."""
    return settings.candidate_dir / "warehouse.duckdb"


def dev_file(settings: Settings) -> Path:
    """Return the data team's warehouse, which `shihyo dev` builds."""
    return settings.data_dir / "dev" / "warehouse.duckdb"
