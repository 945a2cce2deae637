"""Where an indicator is going: the pace that its next target takes, and the forecast with how well the method has done before."""

from collections.abc import Sequence
from html import escape

from app.i18n import NONE, Words
from app.tables import Cells, table_html
from app.warehouse import Row


def pace_html(pace: Row, indicator: Row, words: Words) -> str:
    """Return one target's headline: how many more are needed, and how many a month."""
    counted = words("counted_departments") if indicator["kind"] == "ratio" else words.of(indicator, "unit")
    target = str(words.figure(pace["target_value"], indicator["display_decimals"], words.of(indicator, "unit"), None))
    if pace["still_needed"] == 0:
        told = escape(words("pace_reached", target=target))
    else:
        needed = words.figure(pace["still_needed"], 0, counted, None)
        told = escape(words("pace_more", year=words.of(pace, "year"), target=target, count=needed))
        if pace["needed_per_month"] is not None:
            told += escape(words("pace_a_month", pace=words.figure(float(pace["needed_per_month"]), 1, counted, None)))
    return f'<div class="shihyo-pace" lang="{words.language}"><p class="told">{told}</p></div>'


def forecast_html(forecasts: Sequence[Row], calibrations: Sequence[Row], indicator: Row, words: Words) -> str:
    """Return the forecast of each target that is still ahead, with the backtest beside it; nothing without such a target."""
    if not forecasts:
        return ""
    heads = [words(key) for key in ("forecast_for", "forecast_median", "forecast_80", "forecast_95", "forecast_probability")]
    body = [_forecast_cells(forecast, indicator, words) for forecast in forecasts]
    notes = [words("forecast_note")]
    if any(forecast["status"] == "forecast" for forecast in forecasts):
        notes += [_backtest(each, indicator, words) for each in calibrations]
    return table_html(words("forecast_title"), heads, body, notes, words)


def _forecast_cells(forecast: Row, indicator: Row, words: Words) -> Cells:
    if forecast["status"] != "forecast":
        months = {"have": forecast["history_months"], "need": forecast["required_history_months"]}
        return [words.of(forecast, "year"), escape(words(f"forecast_{forecast['status']}", **months)), NONE, NONE, NONE]
    return [
        words.of(forecast, "year"),
        f"<b>{escape(_value(forecast['median_value'], indicator, words))}</b>",
        escape(_range(forecast, 80, indicator, words)),
        escape(_range(forecast, 95, indicator, words)),
        f"<b>{words.figure(100 * forecast['target_probability'], 0, '%', None)}</b>",
    ]


def _range(forecast: Row, share: int, indicator: Row, words: Words) -> str:
    ends = (_value(forecast[f"{end}_{share}_value"], indicator, words) for end in ("lower", "upper"))
    return " – ".join(ends)


def _value(value: float, indicator: Row, words: Words) -> str:
    return str(words.figure(value, 1 if indicator["kind"] == "ratio" else 0, words.of(indicator, "unit"), None))


def _backtest(calibration: Row, indicator: Row, words: Words) -> str:
    return words(
        "forecast_backtest",
        months=calibration["months_ahead"],
        count=calibration["backtest_count"],
        error=_value(calibration["mean_absolute_error_value"], indicator, words),
        share=words.figure(100 * calibration["in_80_ratio"], 0, "%", None),
    )
