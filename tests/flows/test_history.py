"""Random histories of deliveries, corrections, revised targets and reorganisations. `make chaos`
draws other and longer ones.
"""

from pathlib import Path

from harness.answers import check_histories


def test_an_earlier_day_is_answered_as_the_warehouse_of_that_day_did_and_a_build_from_landing_is_the_same(
    tmp_path: Path,
) -> None:
    compared = check_histories(tmp_path, range(20261124, 20261127), nights=3)
    # A table that no history fills, or that tells no days any more, would be compared with nothing.
    known = {
        "fct_indicator_actuals",
        "fct_indicator_progress_history",
        "fct_official_results",
        "fct_indicator_targets",
        "show",
    }
    assert known | {
        "fct_loads",
        "fct_quarantined_rows",
        "fct_indicator_revisions",
        "show --official",
    } <= set(compared)
    assert min(compared.values()) > 10, compared
