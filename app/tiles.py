"""The nine tiles: what one indicator says at a glance. They show what the marts hold and judge nothing themselves."""

from collections.abc import Sequence
from html import escape

from app.addresses import indicator_link
from app.charts import trend_html
from app.figures import Figures
from app.i18n import NONE, Words
from app.warehouse import Row


def tiles_html(tiles: Sequence[Row], trends: Sequence[Row], words: Words, *, is_demo: bool) -> str:
    """Return the grid of tiles from `queries/overview_tiles` and `queries/overview_trends`, in the order given."""
    points: dict[str, list[Row]] = {}
    for point in trends:
        points.setdefault(point["indicator_code"], []).append(point)
    drawn = (_tile(tile, points.get(tile["indicator_code"], []), words, is_demo=is_demo) for tile in tiles)
    return f'<div class="shihyo-grid" lang="{words.language}">{"".join(drawn)}</div>'


def origin_badge(origins: set[str | None], words: Words, *, is_demo: bool) -> str:
    """Label where figures come from: in the demonstration every computed one is simulated; published ones are real."""
    kinds = []
    if "computed" in origins:
        kinds.append("demo" if is_demo else "computed")
    if "official" in origins:
        kinds.append("official")
    return "".join(f'<span class="shihyo-badge {kind}">{escape(words(kind))}</span>' for kind in kinds)


def _tile(tile: Row, points: list[Row], words: Words, *, is_demo: bool) -> str:
    shown = [tile, *points] if len(points) > 1 else [tile]
    badges = origin_badge({each["actual_origin"] for each in shown}, words, is_demo=is_demo)
    kicker = escape(words("issue", number=tile["issue_no"]))
    figures = Figures(tile, words)
    return (
        f'<article class="shihyo-tile" data-indicator="{escape(tile["indicator_code"])}">'
        f'<header><span class="kicker">{kicker}</span><span class="badges">{_ended(tile, words)}{badges}</span></header>'
        f"<h3>{indicator_link(tile, words)}</h3>{_actual(tile, figures, words)}{_facts(tile, figures, words)}"
        f"{_trend(tile, points, figures, words)}</article>"
    )


def _actual(tile: Row, figures: Figures, words: Words) -> str:
    figure = figures.of(tile, "actual", beside=[tile["target_value"]])
    if figure is None:
        return f'<p class="actual wording">{escape(words("no_actual"))}</p><p class="when"></p>'
    year = f'<span class="year">{escape(words.of(tile, "actual_year"))}</span>{_stages(tile, figures, words)}{_provisional(tile, words)}'
    if not figure.number:
        return f'<p class="actual wording">{escape(figure.after)}</p><p class="when">{year}</p>'
    before, after = (f"<small>{escape(text)}</small>" if text else "" for text in (figure.before, figure.after))
    return f'<p class="actual">{before}<b>{escape(figure.number)}</b>{after}</p><p class="when">{year}</p>'


def _stages(tile: Row, figures: Figures, words: Words) -> str:
    if tile["kind"] != "milestone" or tile["numerator"] is None:
        return ""
    told = words("stages", part=figures.plain_count(tile["numerator"]), whole=figures.counted(tile["denominator"]))
    return f' <span class="stages">{escape(told)}</span>'


def _ended(tile: Row, words: Words) -> str:
    if not tile["is_ended"]:
        return ""
    told = words("ended_in_brief", day=words.day_in_brief(tile["valid_to"]))
    return f'<span class="shihyo-badge ended">{escape(told)}</span>'


def _provisional(tile: Row, words: Words) -> str:
    text = words.provisional(tile)
    return f'<span class="shihyo-provisional">{escape(text)}</span>' if text else ""


def _facts(tile: Row, figures: Figures, words: Words) -> str:
    target = words("no_target")
    if tile["target_text"]:
        target = f"{words.of(tile, 'target_year')} {figures.target(tile)}"
    rating = escape(words("no_rating"))
    if tile["official_rating"]:
        year = escape(words("in_year", year=words.of(tile, "rating_year")))
        rating = f'<span class="shihyo-badge rating">{escape(tile["official_rating"])}</span>{year}'
    told = NONE
    if status := tile["status"]:
        year = escape(words("in_year", year=words.of(tile, "status_year")))
        told = f'<b class="status {status}">{escape(words(f"status_{status}"))}</b>{year}'
    return (
        f"<dl><div><dt>{escape(words('target'))}</dt> <dd>{escape(target)}</dd></div>"
        f"<div><dt>{escape(words('status'))}</dt> <dd>{told}</dd></div>"
        f"<div><dt>{escape(words('rating'))}</dt> <dd>{rating}</dd></div></dl>"
    )


def _trend(tile: Row, points: list[Row], figures: Figures, words: Words) -> str:
    if len(points) < 2:
        return '<div class="trend"></div>'
    first, last = (_point_text(point, tile, figures, words) for point in (points[0], points[-1]))
    description = f"{words('trend')}: " + words("trend_from_to", start=first[0], first=first[1], end=last[0], last=last[1])
    ends = "".join(f"<span>{escape(period)} <b>{escape(value)}</b></span>" for period, value in (first, last))
    return f'<div class="trend">{trend_html(points, description)}<p class="ends">{ends}</p></div>'


def _point_text(point: Row, tile: Row, figures: Figures, words: Words) -> tuple[str, str]:
    period = words.month(point["period_start"]) if point["period_grain"] == "month" else words.of(point, "year")
    return period, figures.in_brief(point["actual_value"], beside=[tile["target_value"]])
