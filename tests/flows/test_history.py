"""Random histories of deliveries, corrections, revised targets and reorganisations: what a warehouse says of an earlier day is what the one
built on that day said, and how it was built makes no difference. `make chaos` draws more of them.
"""

import os
from collections import Counter
from pathlib import Path

from harness.answers import check_history
from harness.bare_nights import bare_nights, copy_project
from harness.histories import History
from small_city import new_city

N = int(os.environ.get("N") or 3)
SEED = int(os.environ.get("SEED") or 20261124)


def test_every_earlier_day_is_answered_as_the_warehouse_of_that_day_answered(tmp_path: Path) -> None:
    compared: Counter[str] = Counter()
    project = copy_project(tmp_path / "dbt_project")
    seeds = {file: file.read_bytes() for file in (project / "seeds").iterdir()}
    with bare_nights(project, tmp_path / "dbt") as nights:
        for number in range(SEED, SEED + N):
            for file, content in seeds.items():
                file.write_bytes(content)
            history = History(new_city(tmp_path / f"city_{number}"), number)
            history.draw_seeds(project)
            compared.update(check_history(nights, history))
    assert min(compared.values()) > 0, compared
    assert {"fct_indicator_actuals", "fct_indicator_progress_history", "fct_official_results", "fct_indicator_targets"} <= set(compared)
    # The histories tell of every indicator, and of figures that were taken back or corrected.
    assert compared["show"] > 100 * N
