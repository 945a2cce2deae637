"""Charts: what the marts hold as inline SVG images; shapes and dashes say what colours say.

An image costs a phone nothing, prints as it is, and follows the page's light or dark scheme.
Whoever shows one puts a text and a table beside it.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from math import ceil, floor, log10

from app.drawing.figures import Figures
from app.drawing.rows import Row
from app.drawing.templates import draw
from app.drawing.words import Words

Place = tuple[float, float]
_ADDRESS = "data:image/svg+xml;base64,"
_IMAGE = re.compile(
    rf'<img(?: class="(?P<kind>[^"]*)")? src="{re.escape(_ADDRESS)}(?P<content>[^"]*)"'
    r' alt="(?P<told>[^"]*)">'
)
_STYLE = re.compile(r"<style>.*?</style>\n?", re.DOTALL)


@dataclass(frozen=True)
class Mark:
    """A shape of a drawing: what it is (`line`, `area`, `dot`, `diamond`, `bar`, `text`), how it
    looks (a class of the style in `charts/drawing.svg`), and where.
    """

    shape: str
    look: str
    places: Sequence[Place]
    text: str = ""
    anchor: str = "start"
    size: float = 4

    @property
    def joined(self) -> str:
        """Return the places as SVG writes them."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self.places)


@dataclass(frozen=True)
class Spot:
    """A strip of a drawing, in percent of its width, and what a pointer over it reads."""

    left: float
    width: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A drawing for a width of its own: on a phone letters may not shrink with the picture, and no
    pointer rests on it.
    """

    wide: str
    narrow: str
    spots: tuple[Spot, ...] = ()


@dataclass
class _Canvas:
    """A plot within its margins: days along, values up."""

    width: float
    height: float
    days: tuple[date, date]
    lowest: float
    highest: float
    left: float = 46
    right: float = 24
    top: float = 26
    bottom: float = 34
    marks: list[Mark] = field(default_factory=list)
    # Where something is drawn already that a label should leave free.
    taken: list[Place] = field(default_factory=list)

    def place(self, day: date, value: float) -> Place:
        """Return where a value of a day is."""
        begin, end = self.days
        along = (day - begin).days / max((end - begin).days, 1)
        up = (value - self.lowest) / (self.highest - self.lowest)
        return (
            self.left + (self.width - self.left - self.right) * along,
            self.height - self.bottom - (self.height - self.top - self.bottom) * up,
        )

    def add(
        self,
        shape: str,
        look: str,
        places: Iterable[Place],
        *,
        text: str = "",
        anchor: str = "start",
        size: float = 4,
    ) -> None:
        """Draw a shape over what is drawn already."""
        self.marks.append(Mark(shape, look, list(places), text, anchor, size))

    def take(self, places: Sequence[Place]) -> None:
        """Note what a line covers, between its places too."""
        self.taken += places
        for (x, y), (next_x, next_y) in pairwise(places):
            steps = int(abs(next_x - x) / 6)
            self.taken += [
                (x + (next_x - x) * step / steps, y + (next_y - y) * step / steps)
                for step in range(1, steps)
            ]

    def label(self, look: str, place: Place, text: str, size: float) -> None:
        """Write a text beside a place, where it covers least of what is drawn."""
        wide = sum(size if ord(each) > 0x2000 else size * 0.6 for each in text)

        def covered(middle: Place) -> int:
            x, y = place[0] + middle[0], place[1] + middle[1]
            inside = sum(
                abs(at[0] - x) < wide / 2 + 6 and abs(at[1] - y) < size / 2 + 6 for at in self.taken
            )
            is_out = not (
                self.left < x - wide / 2
                and x + wide / 2 < self.width
                and size < y < self.height - self.bottom - size / 2
            )
            return inside + 1000 * is_out

        near, far, aside = size * 0.8 + 8, size * 1.6 + 8, wide / 2 + 10
        sides = [
            (0, -near),
            (0, near),
            (0, -far),
            (0, far),
            (-aside, -near),
            (aside, near),
            (-aside, near),
            (-wide / 4, far),
        ]
        x, y = min(sides, key=covered)
        at = (place[0] + x, place[1] + y + size * 0.36)
        self.add("text", look, [at], text=text, anchor="middle")
        for up in (0, size * 0.36, size * 0.72):  # from the foot of its figures to their head
            self.take([(at[0] - wide / 2, at[1] - up), (at[0] + wide / 2, at[1] - up)])

    def spot(self, begin: date, end: date, text: str) -> Spot:
        """Return the strip between two days, as far as it is within the plot."""
        first, last = self.days
        left, right = (self.place(min(max(day, first), last), 0)[0] for day in (begin, end))
        return Spot(100 * left / self.width, 100 * (right - left) / self.width, text)

    def image(self) -> str:
        """Return the drawing as an image's address."""
        return _image(self.width, self.height, self.marks)


def _image(width: float, height: float, marks: Sequence[Mark]) -> str:
    drawn = draw("charts/drawing.svg", "ja", width=width, height=height, marks=marks)
    # The page's own cleaning takes an inline <svg> away, and leaves an image in a data URL alone.
    return f"{_ADDRESS}{base64.b64encode(drawn.encode()).decode()}"


def inlined(page: str) -> str:
    """Return a page in which the drawings stand themselves, and no images of them: each image is a
    document of its own to a browser, and takes longer to open than the page.

    Their style, the same in all, stands in the first.
    """
    styles: set[str] = set()

    def stand(image: re.Match[str]) -> str:
        drawn = base64.b64decode(image["content"]).decode()
        style = _STYLE.search(drawn)
        if style and style[0] in styles:
            drawn = drawn.replace(style[0], "")
        elif style:
            styles.add(style[0])
        kind = f' class="{image["kind"]}"' if image["kind"] else ""
        named = f'<svg{kind} role="img" aria-label="{image["told"]}"'
        return drawn.replace('<svg xmlns="http://www.w3.org/2000/svg"', named, 1)

    return _IMAGE.sub(stand, page)


def trend(points: Sequence[Row]) -> str:
    """Draw a small trend (two points or more) from zero up; what is provisional is joined to
    nothing.
    """
    begin, end = points[0]["period_start"], points[-1]["period_start"]
    values = [point["actual_value"] for point in points]
    lowest, highest, _ = _scale(values, is_percent=False)
    canvas = _Canvas(320, 56, (begin, end), lowest, highest, left=7, right=7, top=7, bottom=7)
    canvas.add("line", "axis", [(0, 55), (320, 55)])
    settled = [point for point in points if not point["is_provisional"]]
    canvas.add("line", "actual", [_point(canvas, each) for each in settled])
    marked = settled if len(settled) <= 12 else [settled[0], settled[-1]]
    for each in points:
        if each["is_provisional"]:
            canvas.add("dot", "hollow", [_point(canvas, each)])
        elif each in marked:
            canvas.add("dot", "actual", [_point(canvas, each)])
    return canvas.image()


def _point(canvas: _Canvas, point: Row) -> Place:
    return canvas.place(point["period_start"], point["actual_value"])


def months_chart(
    months: Sequence[Row],
    targets: Sequence[Row],
    path: Sequence[Row],
    figures: Figures,
    words: Words,
    focus: Row | None = None,
    events: Sequence[Row] = (),
) -> Chart:
    """Draw an indicator by month (`months`) on its way to the target of each fiscal year
    (`targets`), with the forecast's fan where there is one (`path`), the year that is looked at
    (`focus`), and a number on the day of each of the `events`.

    A month that is not over is left out: what it has so far looks like a fall.
    """
    months = [month for month in months if not month["is_provisional"]]
    wide, narrow = (
        _months(months, targets, path, figures, words, focus, events, width=width, height=height)
        for width, height in ((960, 400), (360, 330))
    )
    spots = _spots_of_months(wide, months, targets, path, figures, words)
    return Chart(wide.image(), narrow.image(), spots)


def _spots_of_months(
    canvas: _Canvas,
    months: Sequence[Row],
    targets: Sequence[Row],
    path: Sequence[Row],
    figures: Figures,
    words: Words,
) -> tuple[Spot, ...]:
    """Tell of each month what it was, or will probably be, and of a year's last one its target."""
    texts = {
        month["period_start"]: figures.in_detail(
            month["actual_value"], beside=[target_of(month, targets)]
        )
        for month in months
    }
    texts |= {
        step["forecast_month"]: words(
            "spot.forecast",
            value=figures.in_detail(step["median_value"]),
            lower=figures.in_detail(step["lower_80_value"]),
            upper=figures.in_detail(step["upper_80_value"]),
        )
        for step in path
    }
    for target in targets:
        month = target["ends_on"].replace(day=1)
        goal = words("tile.target", target=figures.target(target))
        texts[month] = words.listed([each for each in (texts.get(month), goal) if each])
    half = timedelta(days=15)
    return tuple(
        canvas.spot(month - half, month + half, f"{words.month(month)} {each}")
        for month, each in sorted(texts.items())
    )


def _months(
    months: Sequence[Row],
    targets: Sequence[Row],
    path: Sequence[Row],
    figures: Figures,
    words: Words,
    focus: Row | None,
    events: Sequence[Row],
    *,
    width: float,
    height: float,
) -> _Canvas:
    days = [month["period_start"] for month in months]
    days += [target["ends_on"].replace(day=1) for target in targets]
    days += [step["forecast_month"] for step in path]
    values = [each["actual_value"] for each in months] + [each["target_value"] for each in targets]
    values += [step["upper_95_value"] for step in path]
    lowest, highest, step = _scale(values, is_percent=figures.is_percent)
    # A label stands right of the last mark: it has to have room there.
    right = 30 if figures.is_percent else 44
    canvas = _Canvas(width, height, (min(days), max(days)), lowest, highest, right=right)
    if focus:
        _focus(canvas, focus["starts_on"], focus["ends_on"])
    _grid(canvas, step, figures)
    _years(canvas, words)
    _events(canvas, events)
    _fan(canvas, path, months)
    goals = _goals(canvas, targets)
    _actuals(canvas, months, figures, targets)
    for place, target in zip(goals, targets, strict=True):
        canvas.label("goal", place, str(figures.stated(target["target_value"])), 16)
    return canvas


def _scale(values: Sequence[float], *, is_percent: bool) -> tuple[float, float, float]:
    """Return both ends of the axis, zero within it, and the distance of its lines."""
    least, most = min(0.0, *values), max(0.0, *values)
    if is_percent and least == 0 and most <= 100:
        return 0, 100, 20
    span = most - least or 1
    step = 10.0 ** floor(log10(span))
    step = next(step / part for part in (1, 2, 5, 10) if span * part / step >= 3)
    return step * floor(least / step), step * ceil((most or (least == 0)) / step), step


def _focus(canvas: _Canvas, begin: date, end: date) -> None:
    """Shade the days that are looked at, as far as they are within the plot."""
    begin, end = max(begin, canvas.days[0]), min(end, canvas.days[1])
    if begin < end:
        (left, _), (right, _) = canvas.place(begin, 0), canvas.place(end, 0)
        canvas.add("bar", "focus", [(left, canvas.top), (right, canvas.height - canvas.bottom)])


def _events(canvas: _Canvas, events: Sequence[Row]) -> None:
    """Number the days on which something happened, as far as they are within the plot."""
    begin, end = canvas.days
    days = {event["number"]: event["happened_on"] for event in events}
    free_from = 0.0
    for number, day in days.items():
        if begin <= day <= end:
            x, _ = canvas.place(day, 0)
            canvas.add("line", "event", [(x, canvas.top), (x, canvas.height - canvas.bottom)])
            x = max(x, free_from)
            canvas.add("dot", "event", [(x, canvas.top - 10)], size=10)
            canvas.add("text", "event", [(x, canvas.top - 5)], text=str(number), anchor="middle")
            free_from = x + 22


def _grid(canvas: _Canvas, step: float, figures: Figures) -> None:
    begin, end = canvas.days
    for number in range(round(canvas.lowest / step), round(canvas.highest / step) + 1):
        value = round(step * number, 6)
        places = [canvas.place(begin, value), canvas.place(end, value)]
        canvas.add("line", "axis" if value == 0 else "grid", places)
        at = (canvas.left - 8, places[0][1] + 5)
        canvas.add("text", "quiet", [at], text=figures.on_axis(value), anchor="end")


def _years(canvas: _Canvas, words: Words) -> None:
    """Mark where each fiscal year begins, and name as many as there is room for."""
    begin, end = canvas.days
    starts = [date(year, 4, 1) for year in range(begin.year, end.year + 1)]
    shown = [day for day in starts if begin <= day <= end]
    bottom = canvas.height - canvas.bottom
    room = 74 * len(shown) > canvas.width - canvas.left - canvas.right
    for number, day in enumerate(shown):
        x = canvas.place(day, 0)[0]
        canvas.add("line", "axis", [(x, bottom), (x, bottom + 6)])
        if not (room and (len(shown) - number) % 2 == 0):
            canvas.add("text", "quiet", [(x, bottom + 23)], text=words.year_in_brief(day.year))


def _fan(canvas: _Canvas, path: Sequence[Row], months: Sequence[Row]) -> None:
    if not path:
        return
    before = [each for each in months if each["period_start"] == path[0]["origin_month"]]
    origin = [canvas.place(each["period_start"], each["actual_value"]) for each in before]
    for share in (95, 80):
        upper, lower = (
            [canvas.place(each["forecast_month"], each[f"{end}_{share}_value"]) for each in path]
            for end in ("upper", "lower")
        )
        canvas.add("area", f"fan{share}", [*origin, *upper, *reversed(lower)])
    median = [canvas.place(each["forecast_month"], each["median_value"]) for each in path]
    canvas.add("line", "median", [*origin, *median])
    canvas.take([*origin, *median])


def _goals(canvas: _Canvas, targets: Sequence[Row]) -> list[Place]:
    """Draw each target at its year's last month, joined from year to year; return where they are."""
    places = [
        canvas.place(each["ends_on"].replace(day=1), each["target_value"]) for each in targets
    ]
    canvas.add("line", "target", places)
    canvas.take(places)
    for place in places:
        canvas.add("diamond", "target", [place], size=7)
    return places


def _actuals(
    canvas: _Canvas,
    months: Sequence[Row],
    figures: Figures,
    targets: Sequence[Row],
) -> None:
    """Draw the months; one that is missing leaves a gap."""
    runs: list[list[Row]] = [[*months[:1]]]
    for before, after in pairwise(months):
        if _months_between(before["period_start"], after["period_start"]) > 1:
            runs.append([])
        runs[-1].append(after)
    for run in runs:
        canvas.add("line", "actual", [_point(canvas, each) for each in run])
        if len(run) == 1:
            canvas.add("dot", "actual", [_point(canvas, run[0])])
    last = months[-1]
    place = _point(canvas, last)
    canvas.add("dot", "actual", [place], size=6)
    canvas.take([_point(canvas, each) for each in months])
    canvas.label(
        "now",
        place,
        str(figures.value(last["actual_value"], beside=[target_of(last, targets)])),
        24,
    )


def _months_between(begin: date, end: date) -> int:
    return (end.year - begin.year) * 12 + end.month - begin.month


def target_of(month: Row, targets: Sequence[Row]) -> float | None:
    """Return the target of the fiscal year that a month is in, or None."""
    day = month["period_start"]
    found = (target for target in targets if target["starts_on"] <= day <= target["ends_on"])
    return next((target["target_value"] for target in found), None)


def years_chart(
    years: Sequence[Row],
    figures: Figures,
    words: Words,
    focus: int | None = None,
    events: Sequence[Row] = (),
) -> Chart:
    """Draw an indicator by fiscal year: a bar for the actual, a line across it for the year's
    target.

    A year that is not over is a hollow bar: it is not to be compared with whole years. The one that
    is looked at (`focus`) is shaded, and the days of the `events` are numbered.
    """
    wide, narrow = (
        _bars(years, figures, words, focus, events, width=width, height=height)
        for width, height in ((960, 360), (360, 300))
    )
    spots = tuple(
        wide.spot(date(year["fiscal_year"], 4, 1), date(year["fiscal_year"] + 1, 4, 1), text)
        for year in years
        if (text := _text_of_year(year, figures, words))
    )
    return Chart(wide.image(), narrow.image(), spots)


def _text_of_year(year: Row, figures: Figures, words: Words) -> str:
    target = year["target_value"]
    texts = []
    if year["actual_value"] is not None:
        texts.append(figures.in_detail(year["actual_value"], beside=[target]))
    if words.provisional(year):
        texts.append(words.provisional(year))
    if target is not None:
        texts.append(words("tile.target", target=figures.target(year)))
    return f"{words.of(year, 'year')} {words.listed(texts)}" if texts else ""


def _bars(
    years: Sequence[Row],
    figures: Figures,
    words: Words,
    focus: int | None,
    events: Sequence[Row],
    *,
    width: float,
    height: float,
) -> _Canvas:
    known = [each[key] for each in years for key in ("actual_value", "target_value")]
    lowest, highest, step = _scale(
        [value for value in known if value is not None], is_percent=figures.is_percent
    )
    begin = date(years[0]["fiscal_year"], 4, 1)
    end = date(years[-1]["fiscal_year"] + 1, 4, 1)
    canvas = _Canvas(width, height, (begin, end), lowest, highest, left=58)
    if focus is not None:
        _focus(canvas, date(focus, 4, 1), date(focus + 1, 4, 1))
    _grid(canvas, step, figures)
    _events(canvas, events)
    for year in years:
        _bar(canvas, year, figures, words)
    return canvas


def _bar(canvas: _Canvas, year: Row, figures: Figures, words: Words) -> None:
    begin, end = date(year["fiscal_year"], 4, 1), date(year["fiscal_year"] + 1, 4, 1)
    (x, zero), (next_x, _) = canvas.place(begin, 0), canvas.place(end, 0)
    gap = (next_x - x) * 0.2
    x, next_x = x + gap, next_x - gap
    middle = (x + next_x) / 2
    name = words.year_in_brief(year["fiscal_year"])
    canvas.add(
        "text", "quiet", [(middle, canvas.height - canvas.bottom + 23)], text=name, anchor="middle"
    )
    value, target = year["actual_value"], year["target_value"]
    if value is not None:
        height = canvas.place(begin, value)[1]
        look = "hollow" if year["is_provisional"] else "actual"
        canvas.add("bar", look, [(x, min(height, zero)), (next_x, max(height, zero))])
        label = figures.in_brief(value, beside=[target])
        is_near = target is not None and abs(canvas.place(begin, target)[1] - height + 8) < 16
        at = (middle, height + (24 if is_near and not year["is_provisional"] else -8))
        look = "inside" if is_near and not year["is_provisional"] else "now small"
        canvas.add("text", look, [at], text=label, anchor="middle")
    if target is not None:
        level = canvas.place(begin, target)[1]
        canvas.add("line", "goal", [(x - gap * 0.6, level), (next_x + gap * 0.6, level)])
