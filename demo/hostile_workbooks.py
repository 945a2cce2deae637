"""What an attacker or an accident makes of workbooks: an additional training roster, and the milestone register with cells swapped.

Nothing here must change a figure of the demonstration: of the training roster's rows those that can be read are absences, or repeat the rows
of the year's first course; the register's additional rows belong to no indicator.
"""

from datetime import date

from demo import milestones, training_rosters
from demo.city import City
from demo.hostile import FORMULA, PLANTED_IP, PLANTED_MAIL, PLANTED_NAMES, SCRIPT, SQL
from demo.staff_roster import Person
from demo.training_rosters import ABSENT, HEADER
from demo.workbooks import Cell, Formats, Workbook, Worksheet, workbook_bytes, write_cell, write_notes, write_table, write_titles

ROSTER_NAME = "研修受講者名簿_令和4年度_追加.xlsx"
YEAR = 2022
FORMATTED_ROWS = 3_000
LONGEST_TEXT = 32_767  # no cell holds more
REORDERED = (5, 1, 3, 0, 4, 2, 6)
ADDITIONAL_HEADING = "メールアドレス"

_JAPANESE_NAME, _FOREIGN_NAME = PLANTED_NAMES
_DAY = "令和4年5月24日"


def training_workbook(city: City, people: tuple[Person, ...]) -> bytes:
    """Write the roster that somebody kept beside the real one: a sheet for each thing that can be wrong with a sheet."""

    def fill(book: Workbook, formats: Formats) -> None:
        book.add_worksheet("空のシート")
        _without_header(book.add_worksheet("メモ"))
        _reordered(book.add_worksheet("第1回 並べ替え"), city, people, formats)
        _with_formulas(book.add_worksheet("第1回 数式"), formats)
        _with_merged_cells(book.add_worksheet("第1回 結合"), formats)
        hidden = book.add_worksheet("非表示")
        write_table(hidden, 0, HEADER, [_planted_row(1, f"{PLANTED_MAIL} {PLANTED_IP}")], formats)
        hidden.hide()
        _mostly_empty(book.add_worksheet("書式だけ"), formats)

    return workbook_bytes(fill)


def milestone_workbook(day: date) -> bytes:
    """Write the register as it stood on its last delivery before a day, with rows added whose cells are swapped."""
    stood = max(delivered for delivered in milestones.DELIVERED if delivered <= day)
    link = "https://www.example.lg.jp/digital/milestones/?q="
    swapped: list[tuple[Cell, ...]] = [
        (9, milestones.CLOUD, "完了", "R4.5.31", "R4.5.31", "運用開始", "100%", None, _JAPANESE_NAME, None),
        (_JAPANESE_NAME, 1, "策定", PLANTED_MAIL, _FOREIGN_NAME, PLANTED_IP, _JAPANESE_NAME, PLANTED_MAIL, "策定済", None),
        (milestones.UNKNOWN_WORDING, _FOREIGN_NAME, SCRIPT, FORMULA, SQL, _JAPANESE_NAME, PLANTED_MAIL, link + PLANTED_MAIL, None, FORMULA),
        (milestones.UNKNOWN_WORDING, 99, "策定", date(9999, 12, 31), date(1900, 3, 1), "完了", "10000%", SCRIPT, _FOREIGN_NAME, PLANTED_IP),
    ]
    return milestones.workbook([*milestones.rows_on(stood), *swapped], stood)


def _planted_row(place: int, remark: str) -> list[Cell]:
    return [place, f"S00991{place:02}", PLANTED_NAMES[place % 2], "総務局", _DAY, ABSENT, remark]


def _without_header(sheet: Worksheet) -> None:
    write_notes(sheet, 0, (f"欠席連絡: {_JAPANESE_NAME}（{PLANTED_MAIL}）", FORMULA, f"端末 {PLANTED_IP}", f"{_FOREIGN_NAME} 5/24 出席"))


def _reordered(sheet: Worksheet, city: City, people: tuple[Person, ...], formats: Formats) -> None:
    """Write the first course again, its columns in another order and one more beside them."""
    entries = training_rosters.course_lists(people, YEAR)[0]
    rows = training_rosters.table_rows(city, YEAR, 1, entries)
    write_titles(sheet, ("令和4年度 データ活用研修 受講者名簿（並べ替え）",), len(HEADER) + 1, formats)
    write_table(
        sheet,
        2,
        (*(HEADER[place] for place in REORDERED), ADDITIONAL_HEADING),
        [[*(row[place] for place in REORDERED), PLANTED_MAIL] for row in rows],
        formats,
    )


def _with_formulas(sheet: Worksheet, formats: Formats) -> None:
    """Write cells that are computed: a number, a name, a day that is an error, and a link in the remarks."""
    write_table(sheet, 0, HEADER, [_planted_row(place, "") for place in range(1, 5)], formats)
    sheet.write_formula(1, 1, '="S00"&"99101"', formats.cell, "S0099101")
    sheet.write_formula(2, 2, f'="{_JAPANESE_NAME}"', formats.cell, _JAPANESE_NAME)
    sheet.write_formula(3, 4, "=1/0", formats.cell, "#DIV/0!")
    sheet.write_formula(4, 6, f'=HYPERLINK("https://example.invalid/?q={PLANTED_MAIL}","確認")', formats.cell, "確認")
    sheet.write_formula(4, 5, f'=IF(1=1,"{ABSENT}","")', formats.cell, ABSENT)


def _with_merged_cells(sheet: Worksheet, formats: Formats) -> None:
    """Write a department over two rows, a remark over two columns, a very long text, and cells in the wrong columns."""
    rows = [_planted_row(place, "") for place in range(1, 5)]
    rows[2][6] = (f"{_FOREIGN_NAME} " * LONGEST_TEXT)[:LONGEST_TEXT]
    rows[3] = [4, _JAPANESE_NAME, "S0099104", PLANTED_MAIL, _FOREIGN_NAME, _JAPANESE_NAME, SCRIPT]
    last = write_table(sheet, 0, HEADER, rows, formats)
    sheet.merge_range(1, 3, 2, 3, "総務局", formats.cell)
    sheet.merge_range(last, 0, last, len(HEADER) - 1, f"ここから追加分 {PLANTED_IP}", formats.cell)
    write_table(sheet, last + 1, HEADER, [_planted_row(5, SQL)], formats)


def _mostly_empty(sheet: Worksheet, formats: Formats) -> None:
    write_table(sheet, 0, HEADER, [_planted_row(1, FORMULA), *[[None] * len(HEADER)] * FORMATTED_ROWS, _planted_row(2, "")], formats)
    write_cell(sheet, FORMATTED_ROWS + 5, 0, "以上", formats)
