"""Nights with the files that offices keep: what is counted, what is held back and for whom, and
what stops a night.
"""

import io
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook
from small_city import BASE_AS_OF, DEPARTMENTS, City, indicators_of
from workbooks import TRAINING_HEADING, attendance, register, workbook

NEXT_NIGHT = BASE_AS_OF + timedelta(days=1)
COURSE_DAY = "令和8年10月10日"
CLOUD = "本市共通クラウドサービスの整備"
HIRES_HEADING = "整理番号,氏名,採用年月日,職種,配属先,採用数,備考"
B01, KITA, MIYAKOJIMA, FUKUSHIMA = DEPARTMENTS.values()


def training(*rows: tuple[object, ...]) -> bytes:
    return workbook({"第1回": rows}, TRAINING_HEADING, notes=("合計　若干名", "※ 担当: 田中 健"))


ATTENDED = (
    *(attendance(f"S000{number:04d}", KITA, COURSE_DAY) for number in range(1, 6)),
    *(attendance(f"S000{number:04d}", MIYAKOJIMA, "R8.10.11", "遅刻") for number in (6, 7)),
    attendance("S0000008", FUKUSHIMA, date(2026, 10, 10), "早退"),
    attendance("S0000001", KITA, date(2026, 10, 11)),
    attendance("S0000009", FUKUSHIMA, date(2026, 10, 10), "欠席"),
)
STAGES = (
    (
        CLOUD,
        1,
        "調査",
        "R8.5.31",
        "R8.5.20",
        "完了",
        "100%",
        "https://www.example.lg.jp/1",
        "佐藤 健",
    ),
    (CLOUD, 2, "設計", "R8.9.30", date(2026, 9, 28), "完了", "１００％", "", "佐藤 健"),
    (CLOUD, 3, "構築", "R9.1.31", "", "整備中", "40%", "", "佐藤 健"),
    (CLOUD, 4, "運用開始", "R9.3.31", "", "未着手", "", "", ""),
)
HIRES = (
    "1,髙橋 誠,R8.4.1,,デジタル統括室,２,",
    "2,﨑山 恵,R8.7.1,,デジタル統括室,▲１,取消",
    "3,未定,R9.1.1,,デジタル統括室,,",
)


def actual(city: City, indicator: str) -> tuple[object, ...]:
    row = next(
        row
        for row in city.show()
        if (row["indicator_code"], row["fiscal_year"]) == (indicator, 2026)
    )
    return row["numerator"], row["denominator"], row["actual_origin"], row["is_provisional"]


@pytest.fixture(scope="module")
def office(base_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city in which one row of each file cannot be used; published."""
    city = base_city.copy_to(tmp_path_factory.mktemp("office") / "city")
    city.deliver(
        "training_rosters",
        "研修_令和8年度.xlsx",
        training(*ATTENDED, attendance("S0000010", KITA, "令和8年13月1日")),
        on=NEXT_NIGHT,
    )
    city.deliver(
        "milestones",
        "管理表.xlsx",
        register(*STAGES, ("幻の計画", 1, "", "", "", "未着手", "", "", "")),
        on=NEXT_NIGHT,
    )
    hires = [HIRES_HEADING, *HIRES, "4,山田 花子,令和8年9月9日,,デジタル統括室,若干名,"]
    city.deliver("specialists", "専門人材_令和8年度.csv", hires, on=NEXT_NIGHT, encoding="cp932")
    city.publish(NEXT_NIGHT)
    return city


def test_every_file_is_counted_and_every_row_is_accounted_for(office: City) -> None:
    assert actual(office, "training_participants") == (8, 1, "computed", True)
    assert actual(office, "common_cloud_service") == (2, 4, "computed", True)
    assert actual(office, "specialists_hired") == (1, 1, "computed", True)
    loads = office.query(
        "select source_name, rows_read, rows_rejected, rows_quarantined, rows_staged,"
        " rows_unaccounted from marts.fct_loads where source_name in ('training_rosters',"
        " 'milestones', 'specialists') order by 1"
    )
    assert loads == [
        ("milestones", 5, 0, 1, 4, 0),
        ("specialists", 4, 0, 1, 3, 0),
        ("training_rosters", 11, 0, 1, 10, 0),
    ]


def test_one_or_two_people_of_a_department_are_not_shown(office: City) -> None:
    shown = office.query(
        "select org_unit_code, numerator, actual_value, is_suppressed from"
        " marts.fct_indicator_actuals where indicator_code = 'training_participants' and"
        " period_grain = 'fiscal_year' and is_current order by 1"
    )
    assert shown == [
        ("271004", 8, 8, False),
        ("271021", None, None, True),
        ("271039", None, None, True),
        ("271276", 5, 5, False),
    ]
    # All of the course's people came in October: their department's month would tell what its year
    # hides.
    october = office.query(
        "select org_unit_code, numerator, is_suppressed from marts.fct_indicator_actuals where"
        " indicator_code = 'training_participants' and period_start = '2026-10-01' and is_current"
        " order by 1"
    )
    assert october == [
        ("271004", 8, False),
        ("271021", None, True),
        ("271039", None, True),
        ("271276", 5, False),
    ]
    # Nobody else hired anybody: the city's single specialist is not shown to be of any department.
    hires = office.query(
        "select distinct unit_code, roll_up from marts.fct_org_unit_actuals where indicator_code ="
        " 'specialists_hired' order by 1"
    )
    assert hires == [("271004", "city"), ("bureau", "kind")]


def test_what_is_held_back_is_listed_for_its_owner_and_leaves_by_itself_when_mended(
    office: City, tmp_path: Path
) -> None:
    listed = office.query(
        "select owner_ja, item_key, sheet_name, source_row, column_heading, reason_code,"
        " row_masked, indicator_codes, first_seen_on from marts.fct_quarantined_rows where"
        " source_name in ('training_rosters', 'specialists') order by owner_ja"
    )
    assert listed == [
        (
            *(
                "人事室 人材育成担当",
                "研修_令和8年度.xlsx",
                "第1回",
                14,
                "受講日",
                "bad_attended_on",
            ),
            *(
                f"職員番号: ＊ | 所属: {KITA} | 受講日: 令和8年13月1日 | 出欠: 出席",
                indicators_of("training_rosters"),
                NEXT_NIGHT,
            ),
        ),
        (
            *("人事室 採用担当", "専門人材_令和8年度.csv", None, 5, "採用数", "bad_hire_count"),
            *(
                "採用年月日: 令和8年9月9日 | 配属先: デジタル統括室 | 採用数: ＊＊＊",
                indicators_of("specialists"),
                NEXT_NIGHT,
            ),
        ),
    ]
    listed = office.shihyo("quarantine", "list")
    assert listed.returncode == 0
    assert "受講日が日付として読めない" in listed.stdout
    exported = office.shihyo("quarantine", "export", "--to", tmp_path / "書類")
    assert exported.returncode == 0, exported.stderr
    books = {path.name: CalamineWorkbook.from_path(path) for path in (tmp_path / "書類").iterdir()}
    assert set(books) == {
        "要確認_人事室_人材育成担当.xlsx",
        "要確認_人事室_採用担当.xlsx",
        "要確認_デジタル統括室_企画担当.xlsx",
    }
    rows = books["要確認_人事室_人材育成担当.xlsx"].get_sheet_by_index(0).to_python()
    assert rows[5][1:6] == [
        "研修_令和8年度.xlsx",
        "第1回",
        14,
        "受講日",
        "受講日が日付として読めない",
    ]

    city = office.copy_to(tmp_path / "city")
    mended_on = NEXT_NIGHT + timedelta(days=1)
    mended = training(*ATTENDED, attendance("S0000010", KITA, "令和8年10月12日"))
    city.deliver("training_rosters", "研修_令和8年度.xlsx", mended, on=mended_on)
    city.publish(mended_on)
    assert actual(city, "training_participants")[0] == 9
    assert "受講日" not in city.shihyo("quarantine", "list").stdout
    history = city.query(
        "select is_current, first_seen_on from marts.fct_quarantined_rows where reason_code ="
        " 'bad_attended_on'"
    )
    assert history == [(False, NEXT_NIGHT)]
    assert city.rate(2026, "--as-of", NEXT_NIGHT) == office.rate(2026)


def test_a_register_under_a_second_name_counts_once_and_waits_for_a_person_when_they_part(
    office: City, tmp_path: Path
) -> None:
    city, on = office.copy_to(tmp_path / "city"), NEXT_NIGHT + timedelta(days=1)
    hires = [HIRES_HEADING, *HIRES, "4,山田 花子,令和8年9月9日,,デジタル統括室,若干名,"]
    name, copied = "専門人材_令和8年度.csv", "専門人材_令和8年度 (1).csv"
    city.deliver("specialists", copied, hires, on=on, encoding="cp932")
    # A second register of the same stages: it comes last, and says that one more is done.
    done = (*STAGES[2][:4], "R8.10.20", "完了", "100%", "", "佐藤 健")
    city.deliver("milestones", "管理表_2.xlsx", register(*STAGES[:2], done, STAGES[3]), on=on)
    city.publish(on)
    assert actual(city, "specialists_hired") == actual(office, "specialists_hired")
    assert actual(city, "common_cloud_service") == (3, 4, "computed", True)
    warnings = str(city.status()["last_run"]["warnings"])
    assert "every_register_is_there_once" in warnings
    assert f"{copied}: a copy of {name}, which counts" in warnings
    assert "4 of its stages stand in another register, too" in warnings
    copies = "select item_key, copy_of, rows_read, rows_superseded, rows_unaccounted, is_current"
    assert city.query(f"{copies} from marts.fct_loads where copy_of is not null") == [
        (copied, name, 4, 3, 0, False)
    ]
    # The register is corrected, and nobody knows whether its copy is out of date. In a year that
    # goes on, what is taken back may come before what is added.
    later = on + timedelta(days=1)
    corrected = [HIRES_HEADING, "1,髙橋 誠,R8.4.1,,デジタル統括室,▲５,", *HIRES[1:]]
    city.deliver("specialists", name, corrected, on=later, encoding="cp932")
    refused = city.night(later)
    assert refused.returncode == 3
    assert "no_copy_parts_unseen" in refused.stderr
    assert f"{copied}: was a copy of {name}, which has changed: both count" in refused.stderr
    # It is, and the office delivers the new register under that name, too.
    city.deliver("specialists", copied, corrected, on=later, encoding="cp932")
    city.publish(later)
    assert actual(city, "specialists_hired")[0] == -5 - 1


def test_sources_that_have_changed_their_form_stop_the_night_and_the_line_says_where_to_look(
    office: City, tmp_path: Path
) -> None:
    city, on = office.copy_to(tmp_path / "city"), NEXT_NIGHT + timedelta(days=1)
    renamed = workbook(
        {"第1回": ATTENDED}, ("No.", "職員番号", "氏名", "所属", "日時", "出欠", "備考")
    )
    city.deliver("training_rosters", "研修_令和8年度.xlsx", renamed, on=on)
    city.deliver("training_rosters", "研修_令和7年度.xlsx", training(*ATTENDED)[:2000], on=on)
    other_days = [
        HIRES_HEADING,
        *(f"{number},x,2026年春,,デジタル統括室,1," for number in range(4)),
    ]
    city.deliver("specialists", "専門人材_令和8年度.csv", other_days, on=on, encoding="cp932")
    city.deliver("milestones", "管理表.xlsx", register(STAGES[0]), on=on)
    night = city.night(on)
    assert night.returncode == 3, night.stdout + night.stderr
    assert len(night.stderr.strip().splitlines()) == 1
    for said in (
        "every_item_can_be_read",
        (
            "研修_令和8年度.xlsx: sheet '第1回': the heading has no 受講日; found No., 職員番号,"
            " 氏名, 所属, 出欠, 備考, 日時"
        ),
        "flows/sources/training_rosters.py",
        "研修_令和7年度.xlsx: it is no whole workbook",
        "columns_keep_their_kind",
        "専門人材_令和8年度.csv, column 採用年月日",
        "flows/sources/specialists.py",
        "milestones_keep_their_size",
        "管理表.xlsx",
    ):
        assert said in night.stderr, night.stderr
    assert city.query("select count(*) from marts.fct_loads") == office.query(
        "select count(*) from marts.fct_loads"
    )


def test_what_is_new_is_noted_what_stays_bad_keeps_its_first_day_and_a_formula_is_text(
    office: City, tmp_path: Path
) -> None:
    city, on = office.copy_to(tmp_path / "city"), NEXT_NIGHT + timedelta(days=2)
    rows = (
        attendance("S0000011", KITA, COURSE_DAY),
        *ATTENDED,
        attendance("S0000010", KITA, "令和8年13月1日"),
    )
    wider = workbook(
        {"第1回": [(*row, "とても満足") for row in rows]}, (*TRAINING_HEADING, "満足度")
    )
    city.deliver("training_rosters", "研修_令和8年度.xlsx", wider, on=on)
    formula = (
        '=HYPERLINK("http://evil.example","x")の計画',
        1,
        "=1+1",
        "",
        "",
        "未着手",
        "",
        "",
        "",
    )
    city.deliver("milestones", "管理表.xlsx", register(*STAGES, formula), on=on)
    city.publish(on)
    # A new column is left unread and noted as a warning.
    assert "every_item_is_as_its_contract_says" in str(city.status()["last_run"]["warnings"])
    assert city.query(
        "select contract_notes from marts.fct_loads where contract_notes is not null"
    ) == [("new column 満足度",)]
    assert "とても満足" not in str(city.query("from marts.fct_quarantined_rows"))
    # The same bad row in another place is known since the first day.
    current = (
        "select source_row, known_from, first_seen_on from marts.fct_quarantined_rows where"
        " reason_code = 'bad_attended_on' and is_current"
    )
    assert city.query(current) == [(15, on, NEXT_NIGHT)]
    # What a source wrote is no formula in the owner's workbook.
    assert city.shihyo("quarantine", "export", "--to", tmp_path / "out").returncode == 0
    content = (tmp_path / "out" / "要確認_デジタル統括室_企画担当.xlsx").read_bytes()
    rows_listed = (
        CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    )
    assert any("=HYPERLINK" in str(cell) for row in rows_listed for cell in row)
    with ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in b"".join(archive.read(name) for name in archive.namelist())
