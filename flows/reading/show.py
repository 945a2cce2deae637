"""Show: the indicators from the published warehouse, as a table, JSON or CSV. Reads marts only and
computes nothing.
"""

import csv
import io
import json
from datetime import date
from typing import Any

from flows.reading.tables import in_columns, plain
from flows.reading.warehouse import published
from rounding import PACES, in_full, written
from settings import Settings

_OFFICIAL = """
    select
        indicator_code, fiscal_year, target_text, target_value, target_qualifier,
        actual_text, actual_value, actual_qualifier, official_rating
    from marts.fct_official_results
    inner join marts.dim_indicators using (indicator_code)
    where known_from <= $as_of and (known_to is null or known_to > $as_of)
    order by sort_order, fiscal_year
"""
_PROGRESS = """
    select
        indicator_code, name_ja, fiscal_year, actual_value, actual_text, actual_qualifier, actual_origin, actual_lower, actual_upper,
        numerator, denominator, is_provisional, measured_to, target_value, target_text, target_qualifier, target_tolerance,
        official_value, official_text, official_qualifier, official_rating, official_page_number,
        status, status_reason, rating_comparison, rating_reason_ja, rating_reason_en, progress.judging_method, judged_status,
        linear_pace_status, linear_pace_ratio, linear_pace_projected_value,
        statcan_cagr_status, statcan_cagr_value, statcan_cagr_score, statcan_cagr_projected_value, status_depends_on_method,
        progress.baseline_fiscal_year, baseline_value, final_target_fiscal_year, final_target_value, final_target_status, unit_ja as unit
    from marts.fct_indicator_progress_history as progress
    inner join marts.dim_indicators as indicators using (indicator_code)
    where
        known_from <= $as_of and (known_to is null or known_to > $as_of)
        and (is_defined or actual_text is not null or actual_value is not null or target_text is not null or official_rating is not null)
    order by sort_order, fiscal_year
"""


_DISPLAYED = "select indicator_code, kind, display_decimals from marts.dim_indicators"


def report(settings: Settings, *, official: bool, as_of: date | None, form: str) -> str:
    """Return the indicators as of a day (default: the published version's own), one entry per
    indicator and fiscal year.

    Values are in the indicator's own unit and unrounded in JSON and CSV. Raises ShihyoError when
    nothing is published yet.
    """
    with published(settings, "show") as connection:
        cursor = connection.execute(
            _OFFICIAL if official else _PROGRESS, {"as_of": as_of or date.max}
        )
        names = [column[0] for column in cursor.description or []]
        rows = [dict(zip(names, map(plain, row), strict=True)) for row in cursor.fetchall()]
        displayed = {
            code: (kind, decimals)
            for code, kind, decimals in connection.execute(_DISPLAYED).fetchall()
        }
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1)
    return _csv(names, rows) if form == "csv" else _table(rows, displayed, official=official)


def _csv(names: list[str], rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().rstrip("\n")


def _table(
    rows: list[dict[str, Any]], displayed: dict[str, tuple[str, int]], *, official: bool
) -> str:
    shown = [
        _official_line(row) if official else _progress_line(row, *displayed[row["indicator_code"]])
        for row in rows
    ]
    if not shown:
        return "no indicator has a figure as of that day"
    return in_columns(shown)


def _official_line(row: dict[str, Any]) -> dict[str, str]:
    return {
        "indicator": row["indicator_code"],
        "FY": str(row["fiscal_year"]),
        "actual": row["actual_text"] or "",
        "target": row["target_text"] or "",
        "rating": row["official_rating"] or "",
    }


def _progress_line(row: dict[str, Any], kind: str, decimals: int) -> dict[str, str]:
    rating = row["official_rating"] or ""
    differs = {"differs_explained": " (differs, explained)", "differs_unexplained": " (differs)"}
    return {
        "indicator": row["indicator_code"],
        "FY": str(row["fiscal_year"]),
        "actual": actual_text(row, kind, decimals),
        "": "provisional" if row["is_provisional"] else row["actual_origin"] or "",
        "official": row["official_text"] or "",
        "target": row["target_text"] or "",
        "status": (row["status"] or "").replace("_", " "),
        "rating": rating + differs.get(row["rating_comparison"] or "", ""),
        "methods": _methods(row),
    }


def _methods(row: dict[str, Any]) -> str:
    """Name the methods beside the level; the figures are ratios, or a growth a year where there is
    no target.
    """
    parts = [
        f"{name} {(row[f'{method}_status'] or '').removesuffix('_progress').replace('_', ' ')}"
        + (f" {written(row[figure], 2, PACES)}" if row[figure] is not None else "")
        for name, method, figure in (
            ("linear", "linear_pace", "linear_pace_ratio"),
            ("CAGR", "statcan_cagr", "statcan_cagr_value"),
        )
        if row[f"{method}_status"]
    ]
    if row["final_target_status"]:
        parts.append(
            f"last target FY{row['final_target_fiscal_year']}"
            f" {row['final_target_status'].replace('_', ' ')}"
        )
    if row["status_depends_on_method"]:
        parts.append("depends on the method")
    return "; ".join(parts)


def actual_text(row: dict[str, Any], kind: str, decimals: int) -> str:
    """Write an actual so that it looks like no target beside it that it missed; a share with its
    parts.
    """
    if row["actual_text"] is not None:
        return str(row["actual_text"])
    if row["actual_value"] is None:
        return ""
    beside = [
        row["target_value"],
        row["final_target_value"] if row["final_target_status"] else None,
    ]
    unit = row["unit"] or ""
    if kind not in ("ratio", "milestone") or row["numerator"] is None:
        return written(row["actual_value"], decimals, beside) + unit
    parts = f"{in_full(row['numerator'])} of {in_full(row['denominator'])}"
    return f"{written(row['actual_value'], decimals + 1, beside)}{unit} ({parts})"
