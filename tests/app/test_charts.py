"""What a chart draws: every figure where it belongs, whatever the figures are."""

import base64
import re
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.drawing import charts
from app.drawing.figures import Figures
from app.drawing.words import Words

NOUNS = {"counted_ja": "件", "counted_en": "cases", "counted_one_en": "case"}
COUNT = {"kind": "stock", "unit_ja": "件", "unit_en": "cases", "display_decimals": 0} | NOUNS
RATE = {"kind": "ratio", "unit_ja": "%", "unit_en": "%", "display_decimals": 0} | NOUNS


def drawn(image: str) -> str:
    return base64.b64decode(image.removeprefix("data:image/svg+xml;base64,")).decode()


def months(values: list[float]) -> list[dict[str, Any]]:
    days = [date(2024 + (3 + place) // 12, (3 + place) % 12 + 1, 1) for place in range(len(values))]
    return [
        {"period_start": day, "actual_value": value, "is_provisional": False}
        for day, value in zip(days, values, strict=True)
    ]


def years(values: list[float | None]) -> list[dict[str, Any]]:
    rows = enumerate(values, start=2020)
    return [
        {
            "fiscal_year": year,
            "year_ja": f"{year}年度",
            "year_en": f"FY{year}",
            "actual_value": value,
            "target_value": 5,
            "target_text": "5",
            "target_qualifier": "exact",
            "is_provisional": False,
        }
        for year, value in rows
    ]


def test_a_pointer_is_told_month_value_and_target() -> None:
    target = {
        "starts_on": date(2024, 4, 1),
        "ends_on": date(2025, 3, 31),
        "target_value": 70,
        "target_text": "70%以上",
        "target_qualifier": "at_least",
    }
    step = {"origin_month": date(2024, 5, 1), "forecast_month": date(2025, 3, 1)}
    fan = {"median": 71.7, "lower_80": 64.9, "upper_80": 77.8, "lower_95": 60, "upper_95": 80}
    path = [step | {f"{name}_value": value for name, value in fan.items()}]
    figures = Figures(RATE, Words("ja"))
    chart = charts.months_chart(months([40, 41.5]), [target], path, figures, Words("ja"))
    assert [spot.text for spot in chart.spots] == [
        "2024年4月 40.0%",
        "2024年5月 41.5%",
        "2025年3月 見通し 71.7%(80%の範囲 64.9% – 77.8%)、目標 70%以上",
    ]
    provisional = years([3, 4])
    provisional[1] |= {"is_provisional": True, "measured_to": date(2022, 1, 31)}
    by_year = charts.years_chart(provisional, Figures(COUNT, Words("ja")), Words("ja"))
    assert [spot.text for spot in by_year.spots] == [
        "2020年度 3件、目標 5",
        "2021年度 4件、暫定 2022年1月末時点、目標 5",
    ]


def heights(image: str) -> list[float]:
    line = re.findall(r'class="line actual" points="([^"]+)"', drawn(image))[0]
    return [float(place.split(",")[1]) for place in line.split()]


VALUES = st.lists(
    st.floats(-1e9, 1e9, allow_nan=False) | st.integers(-100, 100).map(float) | st.just(0.0),
    min_size=2,
    max_size=30,
)


@given(values=VALUES, indicator=st.sampled_from([COUNT, RATE]))
def test_every_value_is_within_the_drawing_and_more_is_higher(
    values: list[float], indicator: dict[str, Any]
) -> None:
    figures = Figures(indicator, Words("ja"))
    chart = charts.months_chart(months(values), [], [], figures, Words("ja"))
    places = heights(chart.wide)
    assert all(0 <= y <= 400 for y in places)
    for (before, y), (after, next_y) in zip(
        zip(values, places, strict=True), list(zip(values, places, strict=True))[1:], strict=False
    ):
        assert (next_y - y) * (after - before) <= 0
    by_year = charts.years_chart(years(list(values)), figures, Words("en"))
    assert len(chart.spots) == len(by_year.spots) == len(values)
    for spot in (*chart.spots, *by_year.spots):
        assert spot.left >= 0 < spot.width
        assert spot.left + spot.width <= 100
    for image in (chart.wide, chart.narrow, by_year.wide, by_year.narrow):
        assert "<svg" in drawn(image)
        assert all(
            float(height) >= 0
            for height in re.findall(r'<rect[^>]* height="([^"]+)"', drawn(image))
        )


@pytest.mark.parametrize(
    "values", [[0.0, 0.0], [-5.0, -3.0], [5.0, 5.0], [0.0001, 0.0002], [1e12, 2e12]]
)
def test_the_axis_has_a_few_lines_and_zero_among_them(values: list[float]) -> None:
    figures = Figures(COUNT, Words("ja"))
    told = drawn(charts.months_chart(months(values), [], [], figures, Words("ja")).wide)
    assert told.count('class="line axis"') >= 1
    assert 1 <= told.count('class="line grid"') <= 10
    assert ">0</text>" in told


def test_a_missing_month_leaves_a_gap() -> None:
    some = months([1, 2, 3, 4, 5])
    del some[2]
    told = drawn(charts.months_chart(some, [], [], Figures(COUNT, Words("ja")), Words("ja")).wide)
    lines = re.findall(r'class="line actual" points="([^"]+)"', told)
    assert [len(line.split()) for line in lines] == [2, 2]


def test_a_label_is_text() -> None:
    planted = COUNT | {"unit_ja": "<script>", "unit_en": "<script>"}
    told = drawn(
        charts.months_chart(months([1, 2]), [], [], Figures(planted, Words("ja")), Words("ja")).wide
    )
    assert "<script>" not in told
    assert "&lt;script&gt;" in told


def test_events_are_numbered_on_their_days_and_those_outside_are_not_drawn() -> None:
    days = (date(2023, 12, 1), date(2024, 6, 1), date(2024, 6, 3), date(2024, 6, 3))
    events = [
        {"happened_on": day, "number": number}
        for day, number in zip(days, (1, 2, 3, 3), strict=True)
    ]
    figures = Figures(COUNT, Words("ja"))
    for chart in (
        charts.months_chart(months([1, 2, 3, 4, 5]), [], [], figures, Words("ja"), events=events),
        charts.years_chart(years([1.0, 2.0, 3.0, 4.0, 5.0]), figures, Words("ja"), events=events),
    ):
        numbers = re.findall(r'<text class="event" x="([^"]+)"[^>]*>(\d)</text>', drawn(chart.wide))
        places = [float(x) for x, _ in numbers]
        assert all(after - before >= 22 for before, after in pairwise(places))
        assert [number for _, number in numbers] in (["2", "3"], ["1", "2", "3"])
    assert (
        "event"
        not in drawn(charts.months_chart(months([1, 2]), [], [], figures, Words("ja")).wide).split(
            "</style>"
        )[1]
    )
