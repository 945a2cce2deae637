"""Explain: the receipt of one figure from the published warehouse. Reads marts only, and what it
tells was computed on the night.
"""

import json
from typing import Any

import duckdb

from flows.errors import ShihyoError, UsageError
from flows.reading.tables import in_columns, plain
from flows.reading.warehouse import published
from rounding import PACES, in_full, written
from settings import Settings

_INDICATORS = "select indicator_code from marts.dim_indicators order by sort_order"
_YEARS = (
    "select fiscal_year from marts.fct_indicator_receipts where indicator_code = $indicator order"
    " by fiscal_year"
)
_RECEIPT = """
    select name_ja, name_en, kind, direction, unit_ja as unit, receipts.*
    from marts.fct_indicator_receipts as receipts
    inner join marts.dim_indicators using (indicator_code)
    where indicator_code = $indicator and fiscal_year = $fiscal_year
"""
_ITEMS = """
    select * exclude (indicator_code, fiscal_year)
    from marts.fct_receipt_items
    where indicator_code = $indicator and fiscal_year = $fiscal_year
    order by source_name, business_date, item_key
"""
_ROWS = """
    select * exclude (indicator_code, fiscal_year)
    from marts.fct_counted_rows
    where indicator_code = $indicator and fiscal_year = $fiscal_year
    order by part desc, source_name, item_key, source_row
"""
_TOTALS = """
    select part, count(*) as row_count, sum(counts) as counts
    from marts.fct_counted_rows
    where indicator_code = $indicator and fiscal_year = $fiscal_year
    group by part
    order by part desc
"""

_REVISIONS = """
    select * exclude (indicator_code, fiscal_year)
    from marts.fct_indicator_revisions
    where indicator_code = $indicator and fiscal_year = $fiscal_year and revision_kind in ('revised', 'withdrawn')
    order by revised_on, measure
"""
_CORRECTIONS = """
    select corrections.* exclude (indicator_codes)
    from marts.fct_corrections as corrections
    inner join marts.fct_receipt_items as items using (source_name, item_key)
    where items.indicator_code = $indicator and items.fiscal_year = $fiscal_year and corrections.standing = 'applied'
    order by corrections.declared_on, corrections.correction_id
"""

Row = dict[str, Any]


def report(
    settings: Settings, indicator: str, fiscal_year: int | None, *, with_rows: bool, form: str
) -> str:
    """Return the receipt of an indicator's fiscal year (default: the latest that has a value), for
    reading or as one JSON object.

    `with_rows` adds the source rows that were counted, and what they add up to. Raises UsageError
    when there is no such indicator or value, ShihyoError when nothing is published yet or what is
    published has no receipts.
    """
    with published(settings, "explain") as connection:
        try:
            asked = {
                "indicator": indicator,
                "fiscal_year": _year(connection, indicator, fiscal_year),
            }
            [receipt] = _read(connection, _RECEIPT, asked)
            receipt["items"] = _read(connection, _ITEMS, asked)
            receipt["revisions"] = _read(connection, _REVISIONS, asked)
            receipt["corrections"] = _read(connection, _CORRECTIONS, asked)
            if with_rows:
                receipt["totals"] = _read(connection, _TOTALS, asked)
                receipt["rows"] = _read(connection, _ROWS, asked)
        except duckdb.CatalogException:
            raise ShihyoError(
                "explain: what is published was built before there were receipts; next: shihyo"
                " rebuild"
            ) from None
    if form == "json":
        return json.dumps(receipt, ensure_ascii=False, indent=1)
    changes = [*map(_revision, receipt["revisions"]), *map(_correction, receipt["corrections"])]
    rows = _row_lines(receipt) if with_rows else []
    return "\n".join([*_summary(receipt), *changes, "", *_item_lines(receipt["items"]), *rows])


def _year(connection: duckdb.DuckDBPyConnection, indicator: str, asked: int | None) -> int:
    known = [row["indicator_code"] for row in _read(connection, _INDICATORS)]
    if indicator not in known:
        raise UsageError(
            f"explain: there is no indicator {indicator!r}; there are: {', '.join(known)}"
        )
    years = [int(row["fiscal_year"]) for row in _read(connection, _YEARS, {"indicator": indicator})]
    if not years:
        raise UsageError(
            f"explain: of {indicator} no value is computed yet; what pages say of it: shihyo show"
            " --official"
        )
    if asked is not None and asked not in years:
        raise UsageError(
            f"explain: of {indicator} no value is computed for FY{asked}; there are:"
            f" {', '.join(map(str, years))}"
        )
    return years[-1] if asked is None else asked


def _read(
    connection: duckdb.DuckDBPyConnection, query: str, values: Row | None = None
) -> list[Row]:
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, map(plain, row), strict=True)) for row in cursor.fetchall()]


def _summary(receipt: Row) -> list[str]:
    unit = receipt["unit"] or ""
    is_share = receipt["kind"] in ("ratio", "milestone")
    of = f" of {in_full(receipt['denominator'])}" if is_share else ""
    standing = "provisional" if receipt["is_provisional"] else "final"
    facts = {
        "value": f"{in_full(receipt['actual_value'])}{unit}",
        "counted": f"{in_full(receipt['numerator'])}{of}, by {receipt['model_name']}",
        "as of": (
            f"measured to {receipt['measured_to']}, {standing}, known since {receipt['known_from']}"
        ),
        "定義": receipt["definition_ja"],
        "definition": receipt["definition_en"],
        "算式": receipt["formula_ja"],
        "formula": receipt["formula_en"],
        "target": _target(receipt),
        "judged": _judged(receipt),
        "official": _official(receipt),
        "inputs": f"{receipt['item_count']:,} landed items, {receipt['rows_read']:,} rows read",
        "version": f"{receipt['warehouse_version']}, run {receipt['run_id']}",
    }
    heading = (
        f"{receipt['indicator_code']} FY{receipt['fiscal_year']}: {receipt['name_ja']} /"
        f" {receipt['name_en']}"
    )
    return [
        heading,
        "",
        *in_columns([{"": name, " ": text or "—"} for name, text in facts.items()]).splitlines()[
            1:
        ],
    ]


def _target(receipt: Row) -> str:
    if receipt["target_text"] is None:
        return ""
    return (
        f"{receipt['target_text']}, since {receipt['target_effective_from']}, by"
        f" {receipt['target_source_document']}"
    )


def _judged(receipt: Row) -> str:
    parts = []
    if receipt["status"]:
        parts.append(
            _words(receipt["status"])
            + (f" ({_words(receipt['status_reason'])})" if receipt["status_reason"] else "")
        )
        if receipt["met_from"] is not None:
            parts.append(_thresholds(receipt))
    if receipt["baseline_fiscal_year"] is not None:
        parts.append(
            f"baseline FY{receipt['baseline_fiscal_year']} {in_full(receipt['baseline_value'])}"
        )
    if receipt["linear_pace_ratio"] is not None:
        parts.append(f"linear pace {written(receipt['linear_pace_ratio'], 3, PACES)}")
    if receipt["statcan_cagr_value"] is not None:
        parts.append(f"compound growth {written(receipt['statcan_cagr_value'], 3, PACES)}")
    if receipt["linear_pace_ratio"] is not None:
        target = f"FY{receipt['final_target_fiscal_year']} {in_full(receipt['final_target_value'])}"
        parts.append(f"towards {target}, on track from 0.95")
    method = f"method {receipt['judging_method']}: {_words(receipt['judged_status'])}"
    return "; ".join([*parts, method]) if parts else ""


def _thresholds(receipt: Row) -> str:
    """Tell from where on the target is met, and until where it is missed: from below or from above."""
    met, missed = in_full(receipt["met_from"]), in_full(receipt["missed_before"])
    if receipt["direction"] == "down":
        return f"met down from {met}, missed above {missed}"
    return f"met from {met}, missed before {missed}"


def _words(code: str | None) -> str:
    return (code or "none").replace("_", " ")


def _revision(revision: Row) -> str:
    before, after = (_revised_figure(revision, when) for when in ("previous", "new"))
    cause = ", ".join(revision["cause_item_ids"]) or revision["source_document"] or "the calendar"
    return (
        f"revised     {_words(revision['measure'])} on {revision['revised_on']}: {before} →"
        f" {after}, because of {cause}"
    )


def _revised_figure(revision: Row, when: str) -> str:
    text, value = revision[f"{when}_text"], revision[f"{when}_value"]
    if text is not None:
        return str(text)
    return "withdrawn" if value is None else in_full(value)


def _correction(correction: Row) -> str:
    return (
        f"corrected   {correction['item_key']}, row {correction['source_row']},"
        f" {correction['column_heading']}: {_counted_as(correction)}; {correction['reason_en']}"
        f" ({correction['declared_by']})"
    )


def _counted_as(correction: Row) -> str:
    if correction["corrected_value"] is None:
        return "counts otherwise than recorded"
    return f"{correction['recorded_value']} counts as {correction['corrected_value']}"


def _official(receipt: Row) -> str:
    if receipt["official_item_id"] is None:
        return ""
    rating = f", rated {receipt['official_rating']}" if receipt["official_rating"] else ""
    page = f"page {receipt['official_page_number']}, " if receipt["official_page_number"] else ""
    differs = {
        "differs_explained": ", differs from the figures for a recorded reason",
        "differs_unexplained": ", differs from the figures",
    }
    rating += differs.get(receipt["rating_comparison"] or "", "")
    return (
        f"{receipt['official_text'] or 'no actual'}{rating} ({page}{receipt['official_item_id']})"
    )


def _item_lines(items: list[Row]) -> list[str]:
    shown = [
        {
            "landed item": row["item_id"],
            "sha256": row["sha256"][:12],
            "rows": f"{row['rows_read']:,}",
            "rejected": f"{row['rows_rejected']:,}",
            "quarantined": f"{row['rows_quarantined']:,}",
            "counted": "" if row["rows_counted"] is None else f"{row['rows_counted']:,}",
        }
        for row in items
    ]
    return in_columns(shown).splitlines() if shown else ["no landed item stands behind this figure"]


def _row_lines(receipt: Row) -> list[str]:
    if not receipt["rows"]:
        return ["", "the rows of this indicator are not listed"]
    shown = [
        {
            "part": row["part"],
            "item": row["item_key"],
            "sheet": row["sheet_name"] or "",
            "row": str(row["sheet_row"] or row["source_row"]),
            "what": row["what"],
            "counts": in_full(row["counts"]),
        }
        for row in receipt["rows"]
    ]
    totals = [
        {
            "in all": total["part"],
            "rows": f"{total['row_count']:,}",
            "counts": in_full(total["counts"]),
        }
        for total in receipt["totals"]
    ]
    return ["", *in_columns(shown).splitlines(), "", *in_columns(totals).splitlines()]
