"""The workbook that an owner of held-back rows gets, from the command line and from the app alike.

It shows what the marts tell, where personal values are masked already, and writes nothing else.
"""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from spreadsheets import new_workbook, printable

# Column of a row: its heading and width.
HEADINGS = {
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


def file_name(owner: str) -> str:
    """Return the name of an owner's workbook."""
    return "要確認_" + re.sub(r"[^\w]+", "_", unicodedata.normalize("NFKC", owner)) + ".xlsx"


def write_workbook(
    target: Path | BinaryIO,
    owner: str,
    rows: Sequence[dict[str, Any]],
    version: str,
    note: str = "",
) -> None:
    """Write an owner's rows into a workbook: one line a row, what to do above them."""
    with new_workbook(target) as book:
        title = book.add_format({"bold": True, "font_size": 14})
        heading = book.add_format({"bold": True, "bg_color": "#DDE7F0", "border": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("要確認")
        sheet.write_string(0, 0, printable(f"{owner} 様 確認のお願い({len(rows)}件)"), title)
        sheet.write_string(1, 0, _GUIDE)
        sheet.write_string(2, 0, f"版: {version}" + (f" {note}" if note else ""))
        for place, (name, width) in enumerate(HEADINGS.values()):
            sheet.set_column(place, place, width)
            sheet.write_string(4, place, name, heading)
        for number, row in enumerate(rows, start=5):
            for place, name in enumerate(HEADINGS):
                _write(sheet, number, place, row[name], wrapped)
        sheet.freeze_panes(5, 0)
        sheet.autofilter(4, 0, 4 + len(rows), len(HEADINGS) - 1)


def _write(sheet: Any, number: int, place: int, value: Any, cell_format: Any) -> None:
    if isinstance(value, int):
        sheet.write_number(number, place, value, cell_format)
    elif value is not None:
        sheet.write_string(number, place, printable(str(value)), cell_format)
