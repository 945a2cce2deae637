"""Excel workbooks for the tests, written as an office would keep them."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import xlsxwriter

TRAINING_HEADING = ("No.", "職員番号", "氏名", "所属", "受講日", "出欠", "備考")
MILESTONE_HEADING = ("指標", "段階", "工程", "予定日", "完了日", "状態", "進捗率", "根拠資料", "担当者")


def workbook(
    sheets: dict[str, Sequence[Sequence[Any]]],
    heading: Sequence[str],
    *,
    titles: Sequence[str] = ("令和5年度 一覧",),
    notes: Sequence[str] = (),
    hidden: Sequence[str] = (),
) -> bytes:
    """Return a workbook: on each sheet merged titles, a blank row, the heading, the rows, a blank row and notes."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        day_format = book.add_format({"num_format": "yyyy/mm/dd"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for number, title in enumerate(titles):
                sheet.merge_range(number, 0, number, len(heading) - 1, title)
            table = [heading, *rows]
            for number, row in enumerate(table, start=len(titles) + 1):
                for place, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(number, place, cell, day_format)
                    else:
                        sheet.write(number, place, cell)
            for number, note in enumerate(notes, start=len(titles) + len(table) + 2):
                sheet.write(number, 0, note)
    return content.getvalue()


def attendance(number: str, department: str, day: Any, present: str = "出席") -> tuple[Any, ...]:
    """Return a row of a training roster; the name beside the number stays at the source."""
    return ("1", number, "研修 太郎", department, day, present, "")


def register(*rows: tuple[Any, ...]) -> bytes:
    """Return a register of milestones."""
    return workbook({"一覧": rows}, MILESTONE_HEADING)
