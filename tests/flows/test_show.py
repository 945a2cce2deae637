"""What the command line writes of a figure: never like a target that it missed, never in powers of
ten.
"""

from datetime import date
from typing import Any

import pytest

from flows.reading.diff import Difference, TableChange, ValueChange, report
from flows.reading.explain import _judged, _revision
from flows.reading.show import actual_text

MISSED_RATE = {"actual_value": 69.6, "numerator": 696, "denominator": 1000, "target_value": 70}


def shown(kind: str, decimals: int, unit: str, **figures: Any) -> str:
    nothing = {"actual_text": None, "numerator": None, "denominator": None, "target_value": None}
    last = {"final_target_value": None, "final_target_status": None, "unit": unit}
    return actual_text(nothing | last | figures, kind, decimals)


@pytest.mark.parametrize(
    ("kind", "decimals", "unit", "figures", "expected"),
    [
        ("ratio", 0, "%", MISSED_RATE, "69.6% (696 of 1,000)"),
        ("ratio", 0, "%", MISSED_RATE | {"actual_value": 69.96}, "69.96% (696 of 1,000)"),
        (
            "ratio",
            0,
            "%",
            {"actual_value": 100, "numerator": 1, "denominator": 1},
            "100.0% (1 of 1)",
        ),
        ("stock", 2, "倍", {"actual_value": 1.42, "target_value": 1.25}, "1.42倍"),
        ("stock", 2, "倍", {"actual_value": 1.2496, "target_value": 1.25}, "1.2496倍"),
        ("stock", 2, "倍", {"actual_value": 0.1 + 0.2}, "0.30倍"),
        ("stock", 0, "円", {"actual_value": 1e16}, "10,000,000,000,000,000円"),
        ("stock", 0, "件", {"actual_value": -180}, "-180件"),
        ("stock", 0, "件", {"actual_text": "約1,100件", "actual_value": 1100}, "約1,100件"),
        ("stock", 0, "件", {"actual_value": None}, ""),
    ],
)
def test_show_writes_an_actual_beside_its_target(
    kind: str,
    decimals: int,
    unit: str,
    figures: dict[str, Any],
    expected: str,
) -> None:
    assert shown(kind, decimals, unit, **figures) == expected


def test_show_tells_a_later_year_from_the_last_target_that_it_stands_beside() -> None:
    last = {"final_target_value": 2000, "final_target_status": "not_met"}
    assert shown("stock", 0, "件", actual_value=1999.6, **last) == "1,999.6件"


def receipt(**shown: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ("status_reason", "baseline_fiscal_year", "linear_pace_ratio", "statcan_cagr_value")
    )
    judged = {"judging_method": "level", "judged_status": "not_met", "status": "not_met"}
    return nothing | judged | shown


def test_explain_says_from_which_side_a_target_is_met() -> None:
    falling = _judged(receipt(met_from=1.25, missed_before=1.25, direction="down"))
    assert "met down from 1.25, missed above 1.25" in falling
    rising = _judged(receipt(met_from=10_000_000_000.0, missed_before=70, direction="up"))
    assert "met from 10,000,000,000, missed before 70" in rising


def test_explain_rounds_no_pace_up_to_being_on_track() -> None:
    pace = {"baseline_fiscal_year": 2022, "baseline_value": 1.5, "linear_pace_ratio": 0.94996}
    aim = {"final_target_fiscal_year": 2027, "final_target_value": 1.25, "met_from": None}
    assert "baseline FY2022 1.5; linear pace 0.94996" in _judged(receipt(**pace, **aim))


def test_explain_and_diff_write_numbers_in_full() -> None:
    revision = {
        "measure": "actual",
        "previous_text": None,
        "new_text": None,
        "previous_value": 0.00001,
        "new_value": 0,
        "revised_on": date(2026, 10, 20),
        "cause_item_ids": [],
        "source_document": None,
    }
    assert "0.00001 → 0, because of the calendar" in _revision(revision)
    change = ValueChange("small", 2026, "actual_value", 0.00001, 1104)
    tables = [TableChange("fct_indicator_progress", 1, 1, 1, 1)]
    table = report(Difference("one", "two", [change], tables), "table")
    assert "0.00001" in table
    assert "1104" in table
