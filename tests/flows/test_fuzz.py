"""Spoiled deliveries of every source: whatever comes, every row is loaded, quarantined or rejected,
and a person reads one line.
"""

from pathlib import Path

from harness.fuzz import spoiled_night
from small_city import new_city


def test_every_row_of_300_spoiled_items_is_accounted_for(api_url: str, tmp_path: Path) -> None:
    spoiled_night(new_city(tmp_path / "city", api_url), 300, 20261124)
