"""Where an indicator is going: what its next target takes, and the forecast with how well the method has done before."""

from collections.abc import Sequence
from html import escape

from app.figures import Figures
from app.i18n import NONE, Figure, Words
from app.tables import Cells, table_html
from app.warehouse import Row

# What is said of a target: by its outlook, and by whether more is better.
_SENTENCES = {
    ("to_go", "up"): "pace_to_go",
    ("to_go", "down"): "pace_to_fall",
    ("reached", "up"): "pace_reached",
    ("reached", "down"): "pace_fallen",
    ("within", "down"): "pace_within",
    ("exceeded", "down"): "pace_exceeded",
}


def pace_html(pace: Row, indicator: Row, words: Words) -> str:
    """Return one target's headline, and of a share what the target takes; nothing of an indicator that has ended."""
    if pace["outlook"] == "ended":
        return ""
    figures = Figures(indicator, words)
    told = _sentence(pace, indicator, figures, words)
    if pace["outlook"] == "to_go" and pace["needed_per_month"] is not None:
        told += words("pace_a_month", pace=_standing_out(figures.counted_a_month(pace["needed_per_month"])))
    facts = _facts(pace, indicator, figures, words) if indicator["kind"] == "ratio" else ""
    return f'<section class="shihyo-pace" lang="{words.language}"><p class="told">{told}</p>{facts}</section>'


def _sentence(pace: Row, indicator: Row, figures: Figures, words: Words) -> str:
    return words(
        _SENTENCES[pace["outlook"], indicator["direction"]],
        year=escape(words.of(pace, "year")),
        target=escape(str(figures.stated(pace["target_value"]))),
        count=_standing_out(figures.counted(pace["still_needed"])),
    )


def _standing_out(figure: Figure) -> str:
    return f"<b>{escape(figure.number)}</b>{escape(figure.after)}"


def _facts(pace: Row, indicator: Row, figures: Figures, words: Words) -> str:
    facts = words(
        "pace_facts",
        part=figures.plain_count(pace["numerator"]),
        whole=figures.counted(pace["denominator"]),
        rate=figures.in_detail(pace["actual_value"], beside=[pace["target_value"]]),
        day=words.day_in_brief(pace["measured_to"]),
        required=figures.counted(pace["required_numerator"]),
        side=words("or_more" if indicator["direction"] == "up" else "or_fewer"),
        target=figures.stated(pace["target_value"]),
        end=words.month(pace["ends_on"]),
        months=pace["months_left"],
    )
    return f'<p class="facts">{escape(facts)}</p>'


def forecast_html(forecasts: Sequence[Row], calibrations: Sequence[Row], indicator: Row, words: Words) -> str:
    """Return the forecast of each target that is still ahead, with the backtest beside it; nothing without such a target."""
    if not forecasts:
        return ""
    figures = Figures(indicator, words)
    heads = [words(key) for key in ("forecast_for", "forecast_median", "forecast_80", "forecast_95", "forecast_probability")]
    body = [_forecast_cells(forecast, figures, words) for forecast in forecasts]
    notes = [words("forecast_note")]
    if any(forecast["status"] == "forecast" for forecast in forecasts):
        notes += [_backtest(each, figures, words) for each in calibrations]
    return table_html(words("forecast_title"), heads, body, notes, words)


def _forecast_cells(forecast: Row, figures: Figures, words: Words) -> Cells:
    if forecast["status"] != "forecast":
        months = {"have": forecast["history_months"], "need": forecast["required_history_months"]}
        return [words.of(forecast, "year"), escape(words(f"forecast_{forecast['status']}", **months)), NONE, NONE, NONE]
    median = figures.in_detail(forecast["median_value"], beside=[forecast["target_value"]])
    return [
        words.of(forecast, "year"),
        f"<b>{escape(median)}</b>",
        escape(_range(forecast, 80, figures)),
        escape(_range(forecast, 95, figures)),
        f"<b>{words.percentage(forecast['target_probability'])}</b>",
    ]


def _range(forecast: Row, share: int, figures: Figures) -> str:
    ends = (forecast[f"{end}_{share}_value"] for end in ("lower", "upper"))
    return " – ".join(figures.in_detail(end, beside=[forecast["target_value"]]) for end in ends)


def _backtest(calibration: Row, figures: Figures, words: Words) -> str:
    return words(
        "forecast_backtest",
        months=calibration["months_ahead"],
        count=calibration["backtest_count"],
        error=figures.difference(calibration["mean_absolute_error_value"]),
        # 79.6 % of the forecasts is not the 80 % that the interval promises.
        share=words.percentage(calibration["in_80_ratio"], beside=(0, 0.8, 1)),
    )
