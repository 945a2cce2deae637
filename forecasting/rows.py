"""What is asked for, row by row: looked up where it is known, computed where it is not."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

PROBABILITIES = (0.025, 0.1, 0.5, 0.9, 0.975)
QUANTILES = ("lower_95", "lower_80", "median", "upper_80", "upper_95")
DECIMALS = 6
COLUMNS = {
    "indicator_code": "varchar",
    "fingerprint": "varchar",
    "method": "varchar",
    "months_ahead": "integer",
    "target_value": "double",
    **dict.fromkeys(QUANTILES, "double"),
    "probability": "double",
    "origin_month": "date",
}
Row = dict[str, Any]
Key = tuple[str, int, float | None]


def forecast(
    months: Iterable[Row], wanted: Iterable[Row], known: Mapping[Key, Row], method: str
) -> list[Row]:
    """Return one row per row of `wanted`, from `known` (by `key_of`) where history and method are
    the same.

    Only the others are computed. `months` hold indicator_code, month, numerator, denominator;
    `wanted` indicator_code, kind, direction, natural_limit, may_be_negative, origin_month,
    months_ahead, target_value (null: no target is asked about).
    """
    rows: list[Row] = []
    missing: dict[str, list[tuple[Row, Row]]] = {}
    histories = _histories(months)
    for asked in wanted:
        row = {
            "indicator_code": asked["indicator_code"],
            "fingerprint": _fingerprint(histories[asked["indicator_code"]], asked, method),
            "method": method,
            "months_ahead": asked["months_ahead"],
            "target_value": None if asked["target_value"] is None else float(asked["target_value"]),
            "origin_month": asked["origin_month"],
        }
        if key_of(row) in known:
            rows.append(known[key_of(row)])
        else:
            missing.setdefault(asked["indicator_code"], []).append((asked, row))
    for code, gaps in missing.items():
        rows += predict(histories[code]["months"], gaps)
    return sorted(rows, key=_place_of)


def key_of(row: Row) -> Key:
    """Return what a row answers: the history up to its origin, how far ahead, and which target."""
    return row["fingerprint"], row["months_ahead"], row["target_value"]


def _place_of(row: Row) -> tuple[str, date, int, float]:
    return row["indicator_code"], row["origin_month"], row["months_ahead"], row["target_value"] or 0


def predict(months: list[Row], gaps: list[tuple[Row, Row]]) -> list[Row]:
    """Fit one series and return the rows of `gaps` with their numbers; all origins come from one
    pass.
    """
    import numpy as np

    from forecasting import mixture, scales

    scale = scales.scale_of(months, gaps[0][0])
    origins = np.array([_places(months[0]["month"], asked["origin_month"]) for asked, _ in gaps])
    ahead = np.array([asked["months_ahead"] for asked, _ in gaps], dtype=float)
    mixed = mixture.fit(scale.values, scale.roundings).ahead(origins, ahead)
    quantiles = scale.back(mixed.quantiles(PROBABILITIES), origins).round(DECIMALS) + 0.0
    thresholds = [
        scale.threshold(row["target_value"], origin)
        for (_, row), origin in zip(gaps, origins, strict=True)
    ]
    below = mixed.below(np.array([np.nan if each is None else each for each in thresholds]))
    done = []
    for place, (asked, row) in enumerate(gaps):
        is_up = asked["direction"] == "up"
        probability = (
            None
            if thresholds[place] is None
            else round(float(1 - below[place] if is_up else below[place]), DECIMALS)
        )
        if row["target_value"] is not None:
            probability = scale.certainty(row["target_value"], is_up, probability)
        numbers = dict(zip(QUANTILES, (float(each) for each in quantiles[:, place]), strict=True))
        computed = {**row, **numbers, "probability": probability}
        done.append({name: computed[name] for name in COLUMNS})
    return done


def _histories(months: Iterable[Row]) -> dict[str, Row]:
    """Return, by indicator, its months in order and the running hash of what they say."""
    histories: dict[str, Row] = {}
    for month in sorted(months, key=lambda month: (month["indicator_code"], month["month"])):
        series = histories.setdefault(
            month["indicator_code"], {"months": [], "hashes": {}, "running": hashlib.sha256()}
        )
        series["running"].update(
            f"{month['month']} {month['numerator']} {month['denominator']}\n".encode()
        )
        series["months"].append(month)
        series["hashes"][month["month"]] = series["running"].hexdigest()
    return histories


def _fingerprint(series: Row, asked: Row, method: str) -> str:
    bounds = (asked["natural_limit"], asked["may_be_negative"])
    said = (
        asked["indicator_code"],
        asked["kind"],
        asked["direction"],
        *bounds,
        series["hashes"][asked["origin_month"]],
    )
    return hashlib.sha256(f"{method} {said}".encode()).hexdigest()


def _places(first: date, month: date) -> int:
    return (month.year - first.year) * 12 + month.month - first.month
