"""Drawings: the monthly chart and the small trends. They draw what the marts hold; shapes and dashes say what colours say.

The small trends are plain SVG images: nine of them cost a phone nothing, nine Vega views would.
"""

import base64
from collections.abc import Sequence
from datetime import date
from html import escape
from itertools import pairwise
from typing import Any

import altair as alt

from app.figures import Figures
from app.i18n import Words
from app.warehouse import Row

INK, ACTUAL, TARGET, GRID = "#17253a", "#1f5a99", "#a8481a", "#dbe3ee"
FONT = "'Noto Sans CJK JP', 'Noto Sans JP', 'Hiragino Sans', 'Yu Gothic', Meiryo, sans-serif"
_TEXT_SIZE = 14
_IS_PROVISIONAL = "datum.is_provisional"


def monthly_rate_chart(months: Sequence[Row], targets: Sequence[Row], figures: Figures, words: Words) -> alt.LayerChart:
    """Draw a percentage by month (`queries/indicator_months`) against the target of each fiscal year (`queries/indicator_targets`)."""
    points = [_point(month, target_of(month, targets), figures, words) for month in months]
    goals = [_goal(target, figures, words) for target in targets]
    # Dates go in as local times without a zone, so that a month is the same month in every reader's time zone.
    axis = _month_axis([*points, *goals], words)
    x = alt.X("month:T", title=None, axis=axis)
    y = alt.Y("value:Q", title=None, scale=alt.Scale(domain=[0, 100]), axis=_percent_axis())
    layers = [
        _goal_lines(goals, axis, y),
        _segments(points, x, y),
        _points(points, x, y, words),
        _goal_marks(goals, x, y, words),
        *_goal_labels(goals, axis, y),
        *_latest_label(points, goals, x, y),
    ]
    chart: alt.LayerChart = (
        alt.layer(*layers)
        .properties(height=380, padding={"left": 4, "right": 12, "top": 8, "bottom": 4})
        .configure(background="transparent", font=FONT)
        .configure_view(strokeWidth=0)
        .configure_axis(labelFontSize=_TEXT_SIZE, labelColor=INK, gridColor=GRID, domainColor="#8797ad", tickColor="#8797ad")
    )
    return chart


def target_of(month: Row, targets: Sequence[Row]) -> float | None:
    """Return the target of the fiscal year that a month is in, or None."""
    found = (target for target in targets if target["starts_on"] <= month["period_start"] <= target["ends_on"])
    return next((target["target_value"] for target in found), None)


def _point(month: Row, target: float | None, figures: Figures, words: Words) -> Row:
    return {
        "month": _local_time(month["period_start"]),
        "value": float(month["actual_value"]),
        "is_provisional": bool(month["is_provisional"]),
        "label": str(figures.value(month["actual_value"], beside=[target])),
        words("month"): words.month(month["period_start"]),
        words("usage_rate"): figures.in_detail(month["actual_value"], beside=[target]),
        words("departments"): figures.parts(month),
        words("state"): words.provisional(month) or words("final"),
    }


def _goal(target: Row, figures: Figures, words: Words) -> Row:
    last_month = target["ends_on"].replace(day=1)
    text = figures.target(target)
    return {
        "begin": _local_time(target["starts_on"]),
        "month": _local_time(last_month),
        "value": target["target_value"],
        "label": text,
        words("fiscal_year"): words.of(target, "year"),
        words("target"): text,
    }


def _local_time(day: date) -> str:
    return f"{day.isoformat()}T00:00:00"


def _month_axis(marked: Sequence[Row], words: Words) -> alt.Axis:
    years = sorted({int(each["month"][:4]) for each in marked} | {int(each["begin"][:4]) for each in marked if "begin" in each})
    return alt.Axis(
        values=[alt.DateTime(year=year, month=4, date=1) for year in years],
        labelExpr="[timeFormat(datum.value, '%Y年'), '4月']" if words.language == "ja" else "['Apr', timeFormat(datum.value, '%Y')]",
        labelOverlap="parity",
        labelSeparation=6,
        labelPadding=8,
        tickSize=6,
    )


def _percent_axis() -> alt.Axis:
    return alt.Axis(values=[0, 20, 40, 60, 80, 100], labelExpr="datum.value + '%'", domain=False, ticks=False, labelPadding=6)


def _goal_lines(goals: Sequence[Row], axis: alt.Axis, y: alt.Y) -> alt.Chart:
    mark = alt.Chart(_data(goals)).mark_rule(color=TARGET, strokeDash=[6, 4], strokeWidth=2)
    chart: alt.Chart = mark.encode(x=alt.X("begin:T", title=None, axis=axis), x2="month:T", y=y)
    return chart


def _goal_marks(goals: Sequence[Row], x: alt.X, y: alt.Y, words: Words) -> alt.Chart:
    tooltip = [alt.Tooltip(f"{words(key)}:N") for key in ("fiscal_year", "target")]
    mark = alt.Chart(_data(goals)).mark_point(shape="diamond", size=150, filled=True, color=TARGET, opacity=1)
    chart: alt.Chart = mark.encode(x=x, y=y, tooltip=tooltip)
    return chart


def _goal_labels(goals: Sequence[Row], axis: alt.Axis, y: alt.Y) -> list[alt.Chart]:
    """Write each target where its fiscal year begins: actuals are mostly lower there than at its end."""
    base = alt.Chart(_data(goals)).encode(x=alt.X("begin:T", title=None, axis=axis), y=y, text="label:N")
    return _haloed(base, TARGET, align="left", baseline="bottom", dx=5, dy=-5, fontSize=_TEXT_SIZE + 1)


def _haloed(base: alt.Chart, color: str, **place: Any) -> list[alt.Chart]:
    """Write a text on a white edge, so that a line behind it does not cross it."""
    return [
        base.mark_text(stroke="white", strokeWidth=4, color="white", fontWeight=700, **place),
        base.mark_text(color=color, fontWeight=700, **place),
    ]


def _segments(points: Sequence[Row], x: alt.X, y: alt.Y) -> alt.Chart:
    """Join neighbouring months, dashed where the later one is provisional; a month that is missing leaves a gap."""
    pairs = [
        {
            "month": first["month"],
            "next_month": second["month"],
            "value": first["value"],
            "next_value": second["value"],
            "is_provisional": second["is_provisional"],
        }
        for first, second in pairwise(points)
        if _months_between(first["month"], second["month"]) == 1
    ]
    dash = alt.condition(_IS_PROVISIONAL, alt.value([3, 4]), alt.value([1, 0]))
    mark = alt.Chart(_data(pairs)).mark_rule(color=ACTUAL, strokeWidth=2.5, strokeCap="round")
    chart: alt.Chart = mark.encode(x=x, x2="next_month:T", y=y, y2="next_value:Q", strokeDash=dash)
    return chart


def _months_between(first: str, second: str) -> int:
    begin, end = date.fromisoformat(first[:10]), date.fromisoformat(second[:10])
    return (end.year - begin.year) * 12 + end.month - begin.month


def _points(points: Sequence[Row], x: alt.X, y: alt.Y, words: Words) -> alt.Chart:
    tooltip = [alt.Tooltip(f"{words(key)}:N") for key in ("month", "usage_rate", "departments", "state")]
    fill = alt.condition(_IS_PROVISIONAL, alt.value("white"), alt.value(ACTUAL))
    size = alt.condition(_IS_PROVISIONAL, alt.value(80), alt.value(32))
    mark = alt.Chart(_data(points)).mark_point(stroke=ACTUAL, strokeWidth=2, opacity=1, fillOpacity=1)
    chart: alt.Chart = mark.encode(x=x, y=y, fill=fill, size=size, tooltip=tooltip)
    return chart


def _latest_label(points: Sequence[Row], goals: Sequence[Row], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Write the value of the latest finished month at its height, past the last mark so that it hides none, or before it at the edge."""
    finished = [point for point in points if not point["is_provisional"]]
    labels = [{**finished[-1], "month": points[-1]["month"]}] if finished else []
    has_room = any(points[-1]["month"] < goal["month"] for goal in goals)
    base = alt.Chart(_data(labels)).encode(x=x, y=y, text="label:N")
    return _haloed(base, ACTUAL, align="left" if has_room else "right", baseline="middle", dx=11 if has_room else -11, dy=0, fontSize=18)


def _data(values: Sequence[Row]) -> alt.InlineData:
    return alt.InlineData(values=list(values))


_WIDTH, _HEIGHT, _MARGIN = 320, 60, 6


def trend_html(points: Sequence[Row], description: str) -> str:
    """Draw a small trend (`queries/overview_trends`, two points or more) from zero up; a provisional end is hollow and dashed."""
    begin, end = points[0]["period_start"], points[-1]["period_start"]
    highest = max(point["actual_value"] for point in points) or 1
    places = [
        (
            _MARGIN + (_WIDTH - 2 * _MARGIN) * (point["period_start"] - begin).days / (end - begin).days,
            _HEIGHT - _MARGIN - (_HEIGHT - 2 * _MARGIN) * point["actual_value"] / highest,
        )
        for point in points
    ]
    settled = [place for place, point in zip(places, points, strict=True) if not point["is_provisional"]]
    running = places[max(len(settled) - 1, 0) :] if len(settled) < len(places) else []
    marks = places if len(places) <= 12 else [places[0], places[-1]]
    circles = "".join(_circle(place, is_hollow=place in running[1:]) for place in marks)
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
        f'<line x1="0" y1="{_HEIGHT - 1}" x2="{_WIDTH}" y2="{_HEIGHT - 1}" stroke="#b9c6d8" stroke-width="1"></line>'
        f"{_polyline(settled)}{_polyline(running, dash='3 4')}{circles}</svg>"
    )
    # Streamlit strips <svg> from HTML, and leaves an image in a data URL alone.
    source = f"data:image/svg+xml;base64,{base64.b64encode(drawn.encode()).decode()}"
    return f'<img class="shihyo-trend" src="{source}" alt="{escape(description)}">'


def _polyline(places: Sequence[tuple[float, float]], dash: str = "none") -> str:
    if len(places) < 2:
        return ""
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    drawn = f'fill="none" stroke="{ACTUAL}" stroke-width="2.5" stroke-linejoin="round" stroke-dasharray="{dash}"'
    return f'<polyline points="{joined}" {drawn}></polyline>'


def _circle(place: tuple[float, float], *, is_hollow: bool) -> str:
    fill = "#ffffff" if is_hollow else ACTUAL
    return f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="4" fill="{fill}" stroke="{ACTUAL}" stroke-width="2"></circle>'
