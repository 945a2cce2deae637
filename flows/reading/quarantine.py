"""Quarantine: what was held back, for the people who can mend it at the source. Reads marts only;
personal values are masked there already.

A row leaves quarantine by itself: its owner mends the source and delivers the item again.
"""

import csv
import io
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import xlsxwriter

from flows.reading.tables import in_columns, plain
from flows.reading.warehouse import published
from published import published_version
from settings import Settings

_HELD_BACK = """
    select
        owner_ja, source_name, item_key, sheet_name, source_row, disposition, column_heading, reason_code, reason_ja, reason_en,
        coalesce(row_masked, detail) as row_text, indicator_codes, first_seen_on
    from marts.fct_quarantined_rows
    where is_current
    order by owner_ja, source_name, item_key, source_row
"""
_HEADINGS = {
    "source_name": ("取得元", 16),
    "item_key": ("ファイル", 36),
    "sheet_name": ("シート", 18),
    "source_row": ("行", 8),
    "column_heading": ("項目", 16),
    "reason_ja": ("理由", 36),
    "row_text": ("内容(個人項目は＊)", 80),
    "indicator_codes": ("関係する指標", 30),
    "first_seen_on": ("初回検出日", 14),
    "reason_en": ("Reason", 40),
}
_GUIDE = (
    "この一覧の行は、指標の計算から除かれています。元のファイルを直し、同じ名前でもう一度提出してください。"
    "次の夜間処理で自動的に解消します。"
)


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
        text, ["owner_ja", *_HEADINGS], lineterminator="\n", extrasaction="ignore"
    )
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return text.getvalue().rstrip("\n")


def _harmless(value: Any) -> Any:
    """Keep a spreadsheet from taking a cell of the source for a formula."""
    return (
        f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
    )


def export(settings: Settings, folder: Path) -> list[Path]:
    """Write a workbook for each owner of rows that are held back into a folder, and return their
    paths; earlier ones are replaced.
    """
    by_owner: dict[str, list[dict[str, Any]]] = {}
    for row in held_back(settings):
        by_owner.setdefault(row["owner_ja"], []).append(row)
    folder.mkdir(parents=True, exist_ok=True)
    version = published_version(settings) or ""
    return [
        _write_workbook(folder / f"{_file_name(owner)}.xlsx", owner, rows, version)
        for owner, rows in by_owner.items()
    ]


def _file_name(owner: str) -> str:
    return "要確認_" + re.sub(r"[^\w]+", "_", unicodedata.normalize("NFKC", owner))


def _write_workbook(path: Path, owner: str, rows: list[dict[str, Any]], version: str) -> Path:
    temporary = path.with_name(f".{path.name}")
    with xlsxwriter.Workbook(
        temporary,
        {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    ) as book:
        title, heading = (
            book.add_format({"bold": True, "font_size": 14}),
            book.add_format({"bold": True, "bg_color": "#DDE7F0", "border": 1}),
        )
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("要確認")
        sheet.write_string(0, 0, f"{owner} 様 確認のお願い({len(rows)}件)", title)
        sheet.write_string(1, 0, _GUIDE)
        sheet.write_string(2, 0, f"版: {version}")
        for place, (name, width) in enumerate(_HEADINGS.values()):
            sheet.set_column(place, place, width)
            sheet.write_string(4, place, name, heading)
        for number, row in enumerate(rows, start=5):
            for place, name in enumerate(_HEADINGS):
                _write(sheet, number, place, row[name], wrapped)
        sheet.freeze_panes(5, 0)
        sheet.autofilter(4, 0, 4 + len(rows), len(_HEADINGS) - 1)
    temporary.replace(path)
    return path


def _write(sheet: Any, number: int, place: int, value: Any, cell_format: Any) -> None:
    if isinstance(value, int):
        sheet.write_number(number, place, value, cell_format)
    elif value is not None:
        sheet.write_string(number, place, _printable(str(value)), cell_format)


def _printable(text: str) -> str:
    """Leave out what XML cannot hold and what is longer than a cell."""
    return "".join(character for character in text if character.isprintable() or character == "\n")[
        :32_000
    ]
