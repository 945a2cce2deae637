"""Quarantine: what was held back, for the people who can mend it at the source. Reads marts only;
personal values are masked there already.

A row leaves quarantine by itself: its owner mends the source and delivers the item again.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

from flows.errors import UsageError
from flows.reading.tables import in_columns, plain
from flows.reading.warehouse import published
from held_back import HEADINGS, file_name, write_workbook
from published import published_version
from settings import Settings
from spreadsheets import inert

_HELD_BACK = """
    select
        owner_ja, source_name, item_key, sheet_name, source_row, disposition, column_heading, reason_code, reason_ja, reason_en,
        coalesce(row_masked, detail) as row_text, indicator_codes, first_seen_on
    from marts.fct_quarantined_rows
    where is_current
    order by owner_ja, source_name, item_key, source_row
"""


def held_back(settings: Settings) -> list[dict[str, Any]]:
    """Return the rows that the published version holds back and that no later delivery has mended,
    by owner, source, item and row.

    Raises ShihyoError when nothing is published yet.
    """
    with published(settings, "quarantine") as connection:
        cursor = connection.execute(_HELD_BACK)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, map(plain, row), strict=True)) for row in cursor.fetchall()]


def report(settings: Settings, form: str) -> str:
    """Return the list as a table, JSON or CSV."""
    rows = held_back(settings)
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1)
    if form == "csv":
        return _csv(rows)
    if not rows:
        return "nothing is held back"
    shown = ("owner_ja", "item_key", "source_row", "column_heading", "reason_ja", "first_seen_on")
    return in_columns(
        [{name: str(row[name] if row[name] is not None else "") for name in shown} for row in rows]
    )


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(
        text, ["owner_ja", *HEADINGS], lineterminator="\n", extrasaction="ignore"
    )
    writer.writeheader()
    writer.writerows(
        {name: inert(value) if isinstance(value, str) else value for name, value in row.items()}
        for row in rows
    )
    return text.getvalue().rstrip("\n")


def export(settings: Settings, folder: Path) -> list[Path]:
    """Write a workbook for each owner of rows that are held back into a folder, and return their
    paths; earlier ones are replaced.
    """
    by_owner: dict[str, list[dict[str, Any]]] = {}
    for row in held_back(settings):
        by_owner.setdefault(row["owner_ja"], []).append(row)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise UsageError(f"quarantine: {folder} is no folder; next: name another") from None
    version = published_version(settings) or ""
    return [
        _workbook(folder / file_name(owner), owner, rows, version)
        for owner, rows in by_owner.items()
    ]


def _workbook(path: Path, owner: str, rows: list[dict[str, Any]], version: str) -> Path:
    temporary = path.with_name(f".{path.name}")
    write_workbook(temporary, owner, rows, version)
    temporary.replace(path)
    return path
