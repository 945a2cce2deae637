"""How figures are written: with the indicator's unit, decimals and noun, and never against the
status.
"""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.drawing.figures import Figures
from app.drawing.words import LANGUAGES, Words


def indicator(kind: str, unit: tuple[str, str], decimals: int = 0, **named: str) -> dict[str, Any]:
    counted = {"counted_ja": unit[0], "counted_en": unit[1], "counted_one_en": unit[1]} | named
    told = {"kind": kind, "unit_ja": unit[0], "unit_en": unit[1], "display_decimals": decimals}
    return told | counted


USAGE = indicator(
    "ratio",
    ("%", "%"),
    counted_ja="所属",
    counted_en="departments",
    counted_one_en="department",
)
PROCEDURES = indicator("stock", ("件", "procedures"), counted_one_en="procedure")
TIMES = indicator("stock", ("倍", "times"), 2)
YEN = indicator("stock", ("円", "yen"))
BALANCE = indicator("stock", ("百万円", "million yen"), 1)
PLAN = indicator(
    "milestone",
    ("%", "% of stages"),
    counted_ja="工程",
    counted_en="stages",
    counted_one_en="stage",
)


def written(of: dict[str, Any], form: str, *values: Any, **more: Any) -> tuple[str, str]:
    japanese, english = (
        getattr(Figures(of, Words(each)), form)(*values, **more) for each in LANGUAGES
    )
    return str(japanese), str(english)


@pytest.mark.parametrize(
    ("of", "value", "beside", "japanese", "english"),
    [
        (USAGE, 100 * 37 / 53, 70, "69.8%", "69.8%"),
        (USAGE, 69.6, 70, "69.6%", "69.6%"),
        (USAGE, 100 * 37 / 53, None, "70%", "70%"),
        (USAGE, 70.0, 70, "70%", "70%"),
        (USAGE, 99.96, 100, "99.96%", "99.96%"),
        (TIMES, 1.42, 1.25, "1.42倍", "1.42 times"),
        (TIMES, 1.2496, 1.25, "1.2496倍", "1.2496 times"),
        (TIMES, 0.9995, 1, "0.9995倍", "0.9995 times"),
        (TIMES, 1, 1.25, "1.00倍", "1.00 times"),
        (YEN, 10_000_000_000, 10_000_000_000, "10,000,000,000円", "10,000,000,000 yen"),
        (YEN, 12_345_678_901_234, None, "12,345,678,901,234円", "12,345,678,901,234 yen"),
        (BALANCE, -179.96, -180, "▲179.96百万円", "−179.96 million yen"),
        (BALANCE, -500, 0, "▲500.0百万円", "−500.0 million yen"),
        (PROCEDURES, 1, None, "1件", "1 procedure"),
        (PROCEDURES, 2, None, "2件", "2 procedures"),
        (PLAN, 50, None, "50%", "50% of stages"),
    ],
)
def test_a_value_has_its_unit_and_looks_like_no_target_that_it_is_not(
    of: dict[str, Any],
    value: float,
    beside: float | None,
    japanese: str,
    english: str,
) -> None:
    assert written(of, "value", value, beside=[beside]) == (japanese, english)


def test_what_is_counted_has_its_own_noun_in_one_and_in_several() -> None:
    assert written(USAGE, "counted", Decimal("1.0000")) == ("1所属", "1 department")
    assert written(USAGE, "counted", Decimal("4.0000")) == ("4所属", "4 departments")
    assert written(PLAN, "counted", 1) == ("1工程", "1 stage")
    assert written(TIMES, "counted", Decimal("0.1700")) == ("0.17倍", "0.17 times")
    assert written(TIMES, "counted", Decimal("0.0040")) == ("0.004倍", "0.004 times")
    assert written(USAGE, "counted_a_month", Decimal("0.6000")) == ("0.6所属", "0.6 departments")
    assert written(USAGE, "counted_a_month", 0.04) == ("0.04所属", "0.04 departments")


def test_a_difference_of_percentages_is_in_points() -> None:
    assert written(USAGE, "difference", 7.17) == ("7.2ポイント", "7.2 percentage points")
    assert written(USAGE, "stated_difference", 1) == ("1ポイント", "1 percentage point")
    assert written(TIMES, "difference", 0.004) == ("0.004倍", "0.004 times")
    assert written(PROCEDURES, "stated_difference", 1) == ("1件", "1 procedure")


def test_a_published_figure_keeps_the_decimals_of_its_page() -> None:
    row = {"actual_value": 39.6, "actual_text": "39.6%", "actual_qualifier": "exact"}
    assert written(USAGE, "of", row, "actual") == ("39.6%", "39.6%")
    target = {"target_value": 1.255, "target_text": "1.255倍以下", "target_qualifier": "at_most"}
    assert written(TIMES, "target", target) == ("1.255倍以下", "at most 1.255 times")


def test_what_changed_is_told_apart() -> None:
    told = [Figures(USAGE, Words(language)).change(69.62, 69.64) for language in LANGUAGES]
    assert told == [["69.62%", "69.64%"]] * 2
    assert Figures(USAGE, Words("ja")).change(None, 69.64) == [None, "69.6%"]


def test_an_uncertain_forecast_is_never_called_certain() -> None:
    told = [Words("ja").percentage(ratio) for ratio in (0.631, 0.999, 1.0, 0.001, 0.0)]
    assert told == ["63%", "99.9%", "100%", "0.1%", "0%"]
    assert Words("ja").percentage(0.796, beside=(0, 0.8, 1)) == "79.6%"


def number_in(told: str) -> Decimal:
    found = re.search(r"[▲−]?[\d,]+(?:\.\d+)?", told)
    assert found
    return Decimal(found[0].replace(",", "").replace("▲", "-").replace("−", "-"))


_TARGETS = st.decimals(-10_000, 10_000, places=4, allow_nan=False)
_AWAY = st.floats(-1.5, 1.5) | st.floats(-1e5, 1e5)


@given(
    of=st.sampled_from([USAGE, PROCEDURES, TIMES, YEN, BALANCE]),
    language=st.sampled_from(LANGUAGES),
    target=_TARGETS,
    away=_AWAY,
    is_up=st.booleans(),
)
def test_a_figure_beside_its_target_never_contradicts_the_status(
    of: dict[str, Any],
    language: Any,
    target: Decimal,
    away: float,
    is_up: bool,
) -> None:
    goal = float(target)
    value = goal + away
    figures = Figures(of, Words(language))
    shown_target = number_in(str(figures.stated(goal)))
    is_met = value >= goal if is_up else value <= goal
    for told in (str(figures.value(value, beside=[goal])), figures.in_detail(value, beside=[goal])):
        shown = number_in(told)
        assert (shown >= shown_target if is_up else shown <= shown_target) == is_met
