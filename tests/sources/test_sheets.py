"""Sheets whose cells lie far apart are read in bounded memory, and alike by both readers of
workbooks.
"""

import io
import resource
from collections.abc import Callable
from datetime import date, datetime

import pytest
import xlsxwriter
from workbooks import TRAINING_HEADING, attendance, workbook

from flows.sources import sheets
from flows.sources.pseudonyms import Pseudonyms
from flows.sources.sheets import read_sheets
from flows.sources.training_rosters import TrainingRosters

PSEUDONYMS = Pseudonyms(b"a key for the tests alone")
LAST_ROW, LAST_COLUMN = 1_048_575, 16_383


def with_stray(
    stray: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None],
) -> bytes:
    """Return a training roster of two rows with something besides."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet("第1回")
        for number, row in enumerate(
            [
                TRAINING_HEADING,
                attendance("S1", "北区役所", "R8.5.1"),
                attendance("S2", "西区役所", "R8.5.1"),
            ]
        ):
            sheet.write_row(number, 0, row)
        stray(book, sheet)
    return content.getvalue()


STRAYS = {
    "none": lambda book, sheet: None,
    "blank": lambda book, sheet: sheet.write_blank(
        LAST_ROW, LAST_COLUMN, None, book.add_format({"bold": True})
    ),
    "space": lambda book, sheet: sheet.write_string(LAST_ROW, LAST_COLUMN, " "),
    "text": lambda book, sheet: sheet.write_string(LAST_ROW, LAST_COLUMN, "x"),
    "number": lambda book, sheet: sheet.write_number(LAST_ROW, LAST_COLUMN, 1),
    "note": lambda book, sheet: sheet.write_string(LAST_ROW, 0, "※ 注"),
    "right": lambda book, sheet: [
        sheet.write_string(row, LAST_COLUMN, "x") for row in range(1, 2_000)
    ],
    "formatted rows": lambda book, sheet: [
        sheet.write_blank(row, column, None, bold)
        for bold in [book.add_format({"bold": True})]
        for row in range(3, 20_000, 10)
        for column in (0, LAST_COLUMN)
    ],
}


@pytest.mark.parametrize("stray", sorted(STRAYS))
def test_a_stray_cell_changes_nothing_of_what_is_read(stray: str) -> None:
    parsed = TrainingRosters().parse(with_stray(STRAYS[stray]), PSEUDONYMS)
    rows = [row for batch in parsed.batches for row in batch.to_pylist()]
    assert [(row["department_name"], row["attended_on"], row["sheet_row"]) for row in rows] == [
        ("北区役所", "2026-05-01", "2"),
        ("西区役所", "2026-05-01", "3"),
    ]
    assert parsed.rejected == []
    assert parsed.notes == ()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 * 2**20, "kilobytes"


def test_two_rows_far_below_are_rows_all_the_same() -> None:
    content = with_stray(
        lambda book, sheet: (
            sheet.write_row(LAST_ROW, 0, attendance("S3", "港区役所", "R8.5.2"))
            or sheet.write(9, 16_000, " ")
        )
    )
    rows = [
        row
        for batch in TrainingRosters().parse(content, PSEUDONYMS).batches
        for row in batch.to_pylist()
    ]
    assert [row["sheet_row"] for row in rows] == ["2", "3", "1048576"]


def of_all_kinds() -> bytes:
    """Return a workbook with every kind of cell, merged ranges, a hidden sheet and a chart."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        day, moment, percent = (
            book.add_format({"num_format": form}) for form in ("yyyy/m/d", "yyyy/m/d h:mm", "0%")
        )
        sheet = book.add_worksheet("一覧")
        sheet.merge_range(0, 0, 0, 5, "令和8年度 一覧")
        sheet.write_row(2, 0, ("文字", "日", "数", "真偽", "式", "割合"))
        sheet.write_datetime(3, 1, datetime(2026, 5, 1), day)
        sheet.write_datetime(4, 1, datetime(2026, 5, 1, 9, 30), moment)
        for row, cells in ((3, ("甲", 12.0, True)), (4, (" 乙 ", 0.1, False)), (5, ("", -3, True))):
            sheet.write(row, 0, cells[0])
            sheet.write(row, 2, cells[1])
            sheet.write(row, 3, cells[2])
        sheet.write_formula(3, 4, "=C4*2", None, 24)
        sheet.write_formula(4, 4, '="丙"', None, "丙")
        sheet.write_number(5, 5, 0.6, percent)
        sheet.merge_range(7, 0, 9, 0, "北区役所")
        sheet.write_column(7, 1, ("1", "2", "3"))
        sheet.merge_range(11, 1, 12, 2, "")
        sheet.write(12, 3, "x")
        book.add_worksheet("予備").hide()
        book.add_chartsheet("図").set_chart(chart := book.add_chart({"type": "line"}))
        chart.add_series({"values": "=一覧!$C$4:$C$6"})
        book.add_worksheet("空")
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        of_all_kinds(),
        with_stray(STRAYS["none"]),
        workbook(
            {"第1回": [attendance("S1", "北区役所", date(2023, 10, 1))]},
            TRAINING_HEADING,
            notes=("合計 1名",),
            hidden=("第1回",),
        ),
        workbook(
            {"第1回": [attendance("S1", "北区役所", date(2023, 10, 1))]},
            TRAINING_HEADING,
            titles=("一覧", "会場"),
        ),
    ],
    ids=("all kinds", "plain", "hidden", "titles"),
)
def test_both_readers_of_workbooks_read_alike(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out = list(read_sheets(content))
    monkeypatch.setattr(sheets, "_LAID_OUT_CELLS", -1)
    row_by_row = list(read_sheets(content))
    assert [(each.name, each.is_visible, each.rows) for each in row_by_row] == [
        (each.name, each.is_visible, each.rows) for each in laid_out
    ]
