"""Excel workbooks as offices keep them: every row of a table is landed, nothing else is, and nobody
is named.
"""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from workbooks import MILESTONE_HEADING, TRAINING_HEADING, attendance, ods, workbook, xls

from flows.sources.contracts import COVERED
from flows.sources.milestones import Milestones
from flows.sources.pseudonyms import Pseudonyms
from flows.sources.sheets import read_sheets
from flows.sources.specialists import Specialists
from flows.sources.staff_roster import StaffRoster
from flows.sources.training_rosters import TrainingRosters

PSEUDONYMS = Pseudonyms(b"a key for the tests alone")


def rows_of(content: bytes, source=TrainingRosters) -> list[dict[str, str | int | None]]:
    parsed = source().parse(content, PSEUDONYMS)
    return [row for batch in parsed.batches for row in batch.to_pylist()]


def test_titles_and_notes_are_no_rows_and_every_row_says_where_it_stands() -> None:
    first = [
        attendance("S0000001", "北区役所", "令和5年10月1日"),
        attendance("Ｓ００００００２", "西区役所", date(2023, 10, 1), "欠席"),
    ]
    second = [attendance("s0000002", "西区役所", "R5.11.2", "遅刻")]
    content = workbook(
        {"第1回": first, "第2回": second},
        TRAINING_HEADING,
        titles=("一覧", "会場: 本庁舎"),
        notes=("合計　２名", "※ 担当: 田中 健"),
    )
    rows = rows_of(content)
    assert [
        (
            row["sheet_name"],
            row["sheet_row"],
            row["attended_on"],
            row["attended_on_raw"],
            row["attendance"],
        )
        for row in rows
    ] == [
        ("第1回", "5", "2023-10-01", "令和5年10月1日", "出席"),
        ("第1回", "6", "2023-10-01", "2023-10-01", "欠席"),
        ("第2回", "5", "2023-11-02", "R5.11.2", "遅刻"),
    ]
    assert len({row["_source_row"] for row in rows}) == 3
    assert rows[1]["user_pseudonym"] == rows[2]["user_pseudonym"], (
        "width and case make no other person"
    )
    assert rows[0]["user_pseudonym"] == PSEUDONYMS.of("S0000001")
    assert TrainingRosters().parse(content, PSEUDONYMS).notes == ()


def test_names_in_the_wrong_cells_do_not_leave_the_reader() -> None:
    swapped = (
        "1",
        "北区役所",
        "S0000001",
        "山田 花子",
        "山田 花子",
        "山田 花子",
        "zebedee@example.lg.jp",
    )
    content = workbook(
        {"第1回": [swapped, attendance("S0000002", "北区役所", "R5.10.1")]},
        TRAINING_HEADING,
        notes=("※ 山田 花子",),
    )
    parsed = TrainingRosters().parse(content, PSEUDONYMS)
    landed = [row for batch in parsed.batches for row in batch.to_pylist()]
    assert "山田" not in str(landed) + str(parsed.rejected) + str(parsed.notes)
    assert (
        landed[0]["department_name"],
        landed[0]["attended_on_raw"],
        landed[0]["attendance"],
    ) == (COVERED, COVERED, COVERED)


def test_a_sheet_that_is_called_after_somebody_is_named_by_its_place() -> None:
    content = workbook(
        {"第1回": [], "山田 花子": [attendance("S1", "北区役所", "R5.10.1")]}, TRAINING_HEADING
    )
    assert [row["sheet_name"] for row in rows_of(content)] == ["シート2"]


def test_rows_after_a_blank_line_are_rows_and_a_lone_remark_is_none() -> None:
    blank = ("",) * 7
    rows = [
        attendance("S1", "北区役所", "R5.10.1"),
        blank,
        attendance("S2", "北区役所", "R5.10.1"),
        ("以上、ご確認ください", *blank[1:]),
    ]
    assert [row["sheet_row"] for row in rows_of(workbook({"第1回": rows}, TRAINING_HEADING))] == [
        "4",
        "6",
    ]


def test_a_cell_merged_over_rows_stands_in_each_of_them() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("一覧")
        sheet.write_row(0, 0, MILESTONE_HEADING)
        sheet.merge_range("A2:A4", "本市共通クラウドサービスの整備")
        for number in (1, 2, 3):
            sheet.write_row(
                number,
                1,
                (
                    number,
                    f"工程{number}",
                    datetime(2023, 4, number).strftime("%Y/%m/%d"),
                    "",
                    "未着手",
                    "０％",
                    "",
                    "佐藤 健",
                ),
            )
    rows = rows_of(content.getvalue(), Milestones)
    assert [row["indicator_wording"] for row in rows] == ["本市共通クラウドサービスの整備"] * 3
    assert [
        (row["stage_no"], row["progress"], row["progress_raw"], row["planned_on"]) for row in rows
    ] == [(str(number), "0", "０％", f"2023-04-0{number}") for number in (1, 2, 3)]


def test_a_register_may_also_be_a_delimited_file() -> None:
    lines = [
        "指標,段階,工程,予定日,完了日,状態",
        "データ活用の方針を策定,1,素案,R5.9.30,R5.9.20,完了",
    ]
    parsed = Milestones().parse("\r\n".join(lines).encode("cp932"), PSEUDONYMS)
    [row] = [row for batch in parsed.batches for row in batch.to_pylist()]
    assert (row["completed_on"], row["progress"], row["sheet_name"]) == ("2023-09-20", None, None)
    assert parsed.notes == ("no column 進捗率", "no column 根拠資料")


def test_negatives_zero_and_blank_are_three_things() -> None:
    lines = ["整理番号,氏名,採用年月日,職種,配属先,採用数,備考"]
    lines += [
        f"{number},髙橋 誠,令和5年10月1日,,デジタル統括室,{count},"
        for number, count in enumerate(("▲１", "0", "", "若干名", "１"))
    ]
    parsed = Specialists().parse(("\r\n".join(lines) + "\r\n").encode("cp932"), PSEUDONYMS)
    rows = [row for batch in parsed.batches for row in batch.to_pylist()]
    assert parsed.encoding == "cp932"
    assert [(row["hire_count"], row["hire_count_raw"]) for row in rows] == [
        ("-1", "▲１"),
        ("0", "0"),
        (None, ""),
        (None, COVERED),
        ("1", "１"),
    ]
    assert "髙橋" not in str(rows)


@pytest.mark.parametrize(
    ("heading", "named"),
    [
        (
            ("No.", "職員番号", "氏名", "所属", "日付", "出欠", "備考"),
            ("the heading has no 受講日", "日付", "flows/sources/training_rosters.py"),
        ),
        (
            ("No.", "職員番号", "氏名", "所属", "受講日時", "出欠", "備考"),
            ("if 受講日時 is 受講日, add it to that column's headings",),
        ),
        (
            ("a", "b", "c", "d", "e", "f", "g"),
            ("no sheet has a heading with 職員番号, 所属, 受講日, 出欠",),
        ),
    ],
)
def test_a_missing_or_renamed_column_is_named_with_what_was_found_and_the_file_to_edit(
    heading: tuple[str, ...], named: tuple[str, ...]
) -> None:
    parsed = TrainingRosters().parse(
        workbook({"第1回": [attendance("S1", "北区役所", "R5.10.1")]}, heading), PSEUDONYMS
    )
    [rejected] = parsed.rejected
    assert rejected.reason_code == "missing_column"
    assert all(each in rejected.reason for each in named), rejected.reason


def test_a_new_column_is_noted_and_left_unread_and_somebodys_cell_is_not_noted_as_a_heading() -> (
    None
):
    row = (*attendance("S1", "北区役所", "R5.10.1"), "山田花子")
    content = workbook(
        {"第1回": [row], "隠し": [row]}, (*TRAINING_HEADING, "満足度"), hidden=("隠し",)
    )
    assert set(TrainingRosters().parse(content, PSEUDONYMS).notes) == {
        "new column 満足度",
        "sheet 'シート2' is hidden and was left unread",
    }
    swapped = workbook({"第1回": [row]}, (*TRAINING_HEADING, "山田花子"))
    assert TrainingRosters().parse(swapped, PSEUDONYMS).notes == (f"new column {COVERED}",)


def test_one_bad_sheet_is_one_rejected_row_and_the_others_are_read() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        good, bad, cover = (
            book.add_worksheet("第1回"),
            book.add_worksheet("第2回"),
            book.add_worksheet("表紙"),
        )
        good.write_row(0, 0, TRAINING_HEADING)
        good.write_row(1, 0, attendance("S1", "北区役所", "R5.10.1"))
        bad.write_row(0, 0, ("職員番号", "氏名", "所属"))
        bad.write_row(1, 0, ("S2", "山田 花子", "北区役所"))
        cover.write(0, 0, "研修の記録")
    parsed = TrainingRosters().parse(content.getvalue(), PSEUDONYMS)
    assert sum(batch.num_rows for batch in parsed.batches) == 1
    [rejected] = parsed.rejected
    assert rejected.source_row == 3
    assert rejected.reason.startswith("sheet '第2回': the heading has no 受講日, 出欠")


def test_a_sheet_with_two_columns_for_one_is_one_rejected_row() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for name, more in (("第1回", "満足度"), ("第2回", "開催日")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, (*TRAINING_HEADING, more))
            sheet.write_row(1, 0, (*attendance("S1", "北区役所", "R5.10.1"), "R5.10.2"))
    parsed = TrainingRosters().parse(content.getvalue(), PSEUDONYMS)
    assert sum(batch.num_rows for batch in parsed.batches) == 1
    [rejected] = parsed.rejected
    assert (rejected.source_row, rejected.reason_code) == (3, "ambiguous_column")
    assert rejected.reason.startswith("sheet '第2回': the heading has 受講日 and 開催日, of which")


def test_a_heading_merged_over_columns_stands_once() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("第1回")
        sheet.write_row(0, 0, ("職員番号", "所属", "", "受講日", "出欠"))
        sheet.merge_range("B1:C1", "所属")
        sheet.write_row(1, 0, ("S1", "北区役所", "総務課", "R5.10.1", "出席"))
    assert [row["department_name"] for row in rows_of(content.getvalue())] == ["北区役所"]


def test_formulas_give_what_was_saved_and_a_bomb_is_not_unpacked() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("第1回")
        sheet.write_row(0, 0, TRAINING_HEADING)
        sheet.write_row(1, 0, attendance("S1", "北区役所", "R5.10.1"))
        sheet.write_formula(1, 5, '=IF(TRUE,"出席","")', None, "出席")
    assert rows_of(content.getvalue())[0]["attendance"] == "出席"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 301_000_000)
    assert (
        TrainingRosters().parse(bomb.getvalue(), PSEUDONYMS).rejected[0].reason_code
        == "unreadable_item"
    )


HIRES = ("整理番号", "氏名", "採用年月日", "職種", "配属先", "採用数", "備考")


def hires_of(content: bytes) -> list[tuple[str | None, str | None]]:
    """Return the day and the number of each landed row of hires."""
    parsed = Specialists().parse(content, PSEUDONYMS)
    rows = [row for batch in parsed.batches for row in batch.to_pylist()]
    return [(row["hired_on"], row["hire_count"] or row["hire_count_raw"]) for row in rows]


def hire(count: Any, day: str = "2026-10-01", number: str = "1") -> tuple[Any, ...]:
    return (number, "研修 太郎", day, "", "デジタル統括室", count, "")


def test_a_formula_without_a_value_is_no_blank() -> None:
    content = io.BytesIO()
    book = openpyxl.Workbook()  # which saves no values of formulas
    sheet = book.active
    sheet.append(HIRES)
    for count in ("=1+1", "#DIV/0!", 2, None):
        sheet.append(hire(count))
    book.save(content)
    assert [count for _, count in hires_of(content.getvalue())] == [COVERED, COVERED, "2", None]
    roster = openpyxl.Workbook()
    roster.active.append(TRAINING_HEADING)
    for person in ("=A1", "#N/A", "S1"):
        roster.active.append(attendance(person, "北区役所", "R5.10.1"))
    content = io.BytesIO()
    roster.save(content)
    pseudonyms = [row["user_pseudonym"] for row in rows_of(content.getvalue())]
    assert [each is None for each in pseudonyms] == [True, True, False]


def test_a_hidden_sheet_stays_unread_whatever_its_formulas_lack() -> None:
    content = io.BytesIO()
    book = openpyxl.Workbook()
    hidden = book.create_sheet("控え")
    hidden.sheet_state = "hidden"
    for sheet in (book.active, hidden):
        sheet.append(HIRES)
        sheet.append(hire("=1+1"))
    book.save(content)
    assert [(len(each.rows), each.last_row) for each in read_sheets(content.getvalue())] == [
        (2, 2),
        (0, 0),
    ]


def test_a_workbook_whose_parts_are_called_otherwise_is_read() -> None:
    content, renamed = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(HIRES)
    book.active.append(hire(2))
    book.active.append(hire("=1+1"))
    book.save(content)
    with zipfile.ZipFile(content) as archive, zipfile.ZipFile(renamed, "w") as other:
        for name in archive.namelist():
            text = archive.read(name).replace(b"xl/workbook.xml", b"xl/Workbook.xml")
            other.writestr(name.replace("workbook.xml", "Workbook.xml"), text)
    # Where its sheets stand is not known, so that a formula without a value reads as a blank.
    assert [count for _, count in hires_of(renamed.getvalue())] == ["2", None]


@pytest.mark.parametrize("title", ["一覧", "a>b"])
@pytest.mark.parametrize("merged", [None, "F2:F3", "F2:G2"])
@pytest.mark.parametrize("stray", [False, True])
def test_a_formula_without_a_value_is_told_wherever_it_stands(
    title: str, merged: str | None, stray: bool
) -> None:
    content = io.BytesIO()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    sheet.append(HIRES)
    sheet.append(hire("=1+1"))
    sheet.append(hire(None))
    if merged:
        sheet.merge_cells(merged)
    if stray:
        sheet["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    book.save(content)
    assert [count for _, count in hires_of(content.getvalue())] == [COVERED, None]


def test_an_empty_text_that_a_formula_gave_is_a_blank() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("一覧")
        sheet.write_row(0, 0, HIRES)
        sheet.write_row(1, 0, hire(None))
        sheet.write_formula(1, 5, '=IF(TRUE,"","")', None, "")
    assert hires_of(content.getvalue()) == [("2026-10-01", None)]


def test_a_number_merged_over_rows_is_counted_once_and_a_day_holds_for_all() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("一覧")
        sheet.write_row(0, 0, HIRES)
        for row in (1, 2, 3):
            sheet.write_row(row, 0, hire(None, ""))
        sheet.merge_range("F2:F4", 3)
        sheet.merge_range("C2:C4", "2026-10-01")
    assert hires_of(content.getvalue()) == [("2026-10-01", "3"), *2 * [("2026-10-01", None)]]


def test_sums_are_no_rows_though_they_have_a_day() -> None:
    rows = [
        hire(1),
        hire(2),
        hire(3, number="小計"),
        hire(3, number="合　計"),
        hire(3, number="計"),
        ("", "", "2026-10-01", "", "合計", 3, ""),
    ]
    content = workbook({"一覧": rows}, HIRES)
    assert [count for _, count in hires_of(content)] == ["1", "2"]


def test_a_sheet_that_was_copied_within_its_workbook_is_read_once() -> None:
    rows = [hire(1), hire(2)]
    sheets = {"一覧": rows, "一覧 (2)": rows, "2月": [], "3月": []}
    parsed = Specialists().parse(workbook(sheets, HIRES), PSEUDONYMS)
    assert sum(batch.num_rows for batch in parsed.batches) == 2
    assert parsed.notes == ("sheet '一覧 (2)' is the same as one before it and was left unread",)


def test_a_workbook_with_a_password_says_so() -> None:
    content = xls(HIRES, []) + "EncryptedPackage".encode("utf-16-le")
    [rejected] = Specialists().parse(content, PSEUDONYMS).rejected
    assert "locked with a password" in rejected.reason


def test_what_stands_in_a_column_of_staff_numbers_and_names_nobody_is_nobody() -> None:
    rows = [
        attendance(each, "北区役所", "R5.10.1") for each in ("－", "〃", "なし", "出席者数", "Ｓ１")
    ]
    content = workbook({"第1回": rows}, TRAINING_HEADING)
    assert [row["user_pseudonym"] is None for row in rows_of(content)] == [True] * 4 + [False]


def test_a_row_of_one_cell_between_rows_is_landed_and_below_them_is_a_note() -> None:
    blank = (None,) * len(HIRES)
    alone = (*blank[:5], 5, None)
    rows = [hire(1), blank, alone, hire(2), blank, alone]
    assert [count for _, count in hires_of(workbook({"一覧": rows}, HIRES))] == ["1", "5", "2"]


def test_a_sheet_without_the_heading_is_noted_and_an_empty_one_is_not() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for name in ("4月分", "5月分", "白紙"):
            book.add_worksheet(name)
        book.get_worksheet_by_name("4月分").write_row(0, 0, HIRES)
        book.get_worksheet_by_name("4月分").write_row(1, 0, hire(1))
        book.get_worksheet_by_name("5月分").write_row(40, 0, HIRES)
        book.get_worksheet_by_name("5月分").write_row(41, 0, hire(2))
    parsed = Specialists().parse(content.getvalue(), PSEUDONYMS)
    assert parsed.notes == ("sheet '5月分' has no heading of the contract and was left unread",)


# Made once: a workbook tells the second in which it was made, so that its length is another one
# from example to example.
_WHOLE = workbook(
    {
        "第1回": [attendance("S1", "北区役所", "R5.10.1")],
        "第2回": [attendance("S2", "北区役所", date(2023, 10, 2))],
    },
    TRAINING_HEADING,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_rejected_and_never_an_error(data: st.DataObject) -> None:
    content = bytearray(_WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for damaged in (bytes(content), bytes(content[:cut])):
        for source in (TrainingRosters, Milestones):
            parsed = source().parse(damaged, PSEUDONYMS)
            assert sum(batch.num_rows for batch in parsed.batches) + len(parsed.rejected) >= 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.none(),
                st.text(max_size=12),
                st.floats(allow_nan=False, allow_infinity=False),
                st.dates(),
            ),
            min_size=7,
            max_size=7,
        ),
        max_size=8,
    )
)
def test_any_cells_are_landed_as_text_and_no_row_with_two_cells_of_the_contract_is_lost(
    cells: list[list[object]],
) -> None:
    rows = [[str(cell)[:30] if isinstance(cell, date) else cell for cell in row] for row in cells]
    kept = [
        row
        for row in rows
        if sum(
            str(row[place] if row[place] is not None else "").strip() != ""
            for place in (1, 3, 4, 5)
        )
        >= 2
    ]
    content = workbook({"第1回": rows}, TRAINING_HEADING)
    assert len(rows_of(content)) >= len(kept)


def as_xlsm(heading, rows) -> bytes:
    """Return a workbook whose kind allows for macros."""
    plain, content = workbook({"名簿": rows}, heading, titles=()), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as archive, zipfile.ZipFile(content, "w") as written:
        for name in archive.namelist():
            part = archive.read(name)
            written.writestr(
                name,
                part.replace(
                    b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml"
                ),
            )
    return content.getvalue()


KINDS = pytest.mark.parametrize("kind", [xls, ods, as_xlsm], ids=lambda kind: kind.__name__)


@KINDS
def test_other_kinds_of_workbooks_are_read_as_xlsx_is(kind) -> None:
    rows = rows_of(kind(TRAINING_HEADING, [attendance("S0000001", "北区役所", "令和5年10月1日")]))
    assert [
        (row["user_pseudonym"], row["attended_on"], row["sheet_name"], row["sheet_row"])
        for row in rows
    ] == [(PSEUDONYMS.of("S0000001"), "2023-10-01", "名簿", "3" if kind is as_xlsm else "2")]


@KINDS
def test_a_roster_and_a_list_of_hires_may_come_as_workbooks(kind) -> None:
    roster = rows_of(
        kind(
            ("職員番号", "氏名", "所属名", "発令日", "終了日"),
            [("S1", "山田 花子", "北区役所", "2024/04/01", "")],
        ),
        StaffRoster,
    )
    assert [
        (row["user_pseudonym"], row["department_name"], row["posted_from"], row["posted_to"])
        for row in roster
    ] == [(PSEUDONYMS.of("S1"), "北区役所", "2024/04/01", None)]
    hires = rows_of(
        kind(
            ("整理番号", "氏名", "採用年月日", "配属先", "採用数"),
            [("1", "髙橋 誠", "R8.4.1", "デジタル統括室", "▲１")],
        ),
        Specialists,
    )
    assert [(row["hired_on"], row["hire_count"], row["sheet_name"]) for row in hires] == [
        ("2026-04-01", "-1", "名簿")
    ]


def test_a_roster_as_csv_has_no_sheet_and_no_note_of_one() -> None:
    parsed = StaffRoster().parse(
        "職員番号,所属名,発令日,終了日\nS1,北区役所,2024/04/01,\n".encode("cp932"), PSEUDONYMS
    )
    assert [row["sheet_name"] for batch in parsed.batches for row in batch.to_pylist()] == [None]
    assert parsed.notes == ()


@pytest.mark.parametrize("keep", [8, 100, 600, 1100, 3000])
def test_an_old_workbook_that_is_cut_short_is_rejected_as_a_whole(keep: int) -> None:
    content = xls(
        TRAINING_HEADING, [attendance(f"S{number}", "北区役所", "R5.10.1") for number in range(50)]
    )
    parsed = TrainingRosters().parse(content[:keep], PSEUDONYMS)
    assert list(parsed.batches) == []
    assert [row.source_row for row in parsed.rejected] == [0]
