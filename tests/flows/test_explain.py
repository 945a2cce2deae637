"""Receipts: the rows that a figure cites are, in the very files that were delivered, the rows that
were counted.
"""

import csv
import hashlib
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from small_city import DEPARTMENTS, ROOT, STAFF, City, located, log_lines
from workbooks import MILESTONE_HEADING, TRAINING_HEADING, attendance, workbook

from demo.nocode_apps import FIELDS
from demo.nocode_server import Platform
from flows.sources.nocode_apps import NocodeApps
from flows.sources.procedures import Procedures
from flows.sources.pseudonyms import Pseudonyms

FIRST_NIGHT, CORRECTED_ON, NOVEMBER = date(2026, 10, 22), date(2026, 10, 23), date(2026, 11, 1)
B01, KITA, *_ = DEPARTMENTS.values()
CLOUD = "本市共通クラウドサービスの整備"
# The first course of S0000001 is in the second sheet; S0000009 was absent.
COURSES = {
    "第1回": [
        attendance("S0000001", KITA, "R8.10.11"),
        attendance("S0000002", KITA, "R8.10.11"),
        attendance("S0000009", B01, "R8.10.11", "欠席"),
    ],
    "第2回": [
        attendance("S0000001", KITA, "R8.10.10"),
        attendance("S0000003", B01, "R8.10.12"),
        attendance("S0000002", KITA, "R8.10.12"),
    ],
}
STAGES = [
    (CLOUD, 1, "調査", "R8.5.31", "R8.5.20", "完了", "100%", "", ""),
    (CLOUD, 2, "構築", "R9.1.31", "", "整備中", "40%", "", ""),
]
HIRES = (
    "整理番号,氏名,採用年月日,職種,配属先,採用数,備考",
    "1,髙橋 誠,R8.4.1,,デジタル統括室,２,",
    "2,﨑山 恵,R8.7.1,,デジタル統括室,▲１,取消",
)
CATALOGUE = """
    create table procedures (procedure_id text primary key, procedure_name text not null);
    create table procedure_departments (procedure_id text not null, department_name text);
    create table procedure_status_changes (procedure_id text not null, status text, changed_on text);
    insert into procedures values ('1', '住民票'), ('2', '道路占用'), ('3', '講座');
    insert into procedure_departments values ('1', '北区役所'), ('1', '都島区役所'), ('2', '北区役所'), ('3', '北区役所');
    insert into procedure_status_changes values
        ('1', 'registered', '2026-07-15'), ('2', 'registered', '2026-07-20'), ('2', 'retired', '2026-08-31'),
        ('3', 'registered', '2026-07-01'), ('3', 'retired', '2026-08-10'), ('3', 'reopened', '2026-10-05');
"""
APPLICATIONS = [
    {"業務番号": "G2", "状態": "構想", "開発着手日": None},
    {"業務番号": "G1", "状態": "廃止", "開発着手日": "2026-04-01", "廃止日": "2026-06-01"},
    {"業務番号": "G1", "状態": "運用中", "開発着手日": "2026-05-01"},
]


def _records() -> list[dict[str, Any]]:
    applications = [
        {"所属": KITA, "運用開始日": None, "廃止日": None} | application
        for application in APPLICATIONS
    ]
    return [
        {
            "$id": {"type": "__ID__", "value": str(number)},
            "$revision": {"type": "__REVISION__", "value": "1"},
            **{code: {"type": FIELDS[code], "value": value} for code, value in record.items()},
        }
        for number, record in enumerate(applications, start=1)
    ]


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    """A no-code platform with three applications."""
    served = Platform(_records(), None, token="a token of these tests")
    yield served
    served.close()


@pytest.fixture(scope="module")
def reported(base_city: City, platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city of which all sources have reported, one list of participants twice; October is
    complete.
    """
    city = base_city.copy_to(tmp_path_factory.mktemp("explained") / "city")
    # The second person of a department that is its witness since the first of the month, and one
    # whom no roster knows.
    city.deliver_log(
        date(2026, 10, 21),
        log_lines(date(2026, 10, 21), users=("S0000009", "S0000004", "S0000003")),
    )
    spoilt = {**COURSES, "第1回": [attendance("S0000008", KITA, "R8.10.9"), *COURSES["第1回"]]}
    for day, sheets in ((FIRST_NIGHT, spoilt), (CORRECTED_ON, COURSES)):
        city.deliver(
            "training_rosters", "研修_令和8年度.xlsx", workbook(sheets, TRAINING_HEADING), on=day
        )
    city.deliver(
        "milestones", "管理表.xlsx", workbook({"一覧": STAGES}, MILESTONE_HEADING), on=FIRST_NIGHT
    )
    city.deliver(
        "specialists", "専門人材_令和8年度.csv", list(HIRES), on=FIRST_NIGHT, encoding="cp932"
    )
    with closing(sqlite3.connect(city.folder / "catalogue.sqlite")) as connection:
        connection.executescript(CATALOGUE)
    sources = {
        **located("procedures", str(city.folder / "catalogue.sqlite")),
        **located("nocode_apps", platform.location),
    }
    done = city.shihyo("backfill", "--from", FIRST_NIGHT, "--to", NOVEMBER, **sources)
    assert done.returncode == 0, done.stdout + done.stderr
    return city


def receipt(city: City, indicator: str) -> dict[str, Any]:
    done = city.shihyo("explain", indicator, "--fiscal-year", "2026", "--rows", "--format", "json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def rows_of(found: dict[str, Any], part: str = "numerator") -> list[dict[str, Any]]:
    return [row for row in found["rows"] if row["part"] == part]


def test_the_rows_of_every_indicator_add_up_to_its_figure(reported: City) -> None:
    summed = reported.query("""
        select
            indicator_code, numerator, denominator,
            (select sum(counts) from marts.fct_counted_rows as rows
            where rows.indicator_code = receipts.indicator_code and rows.part = 'numerator'),
            (select sum(counts) from marts.fct_counted_rows as rows
            where rows.indicator_code = receipts.indicator_code and rows.part = 'denominator')
        from marts.fct_indicator_receipts as receipts
        order by all
        """)
    figures = {
        code: (int(numerator), int(denominator)) for code, numerator, denominator, *_ in summed
    }
    expected = {
        "common_cloud_service": (1, 2),
        "nocode_applications": (1, 1),
        "online_procedures": (2, 1),
        "specialists_hired": (1, 1),
        "training_participants": (3, 1),
        "visualisation_usage_rate": (2, 53),
    }
    assert figures.items() >= expected.items()
    assert [(row[1], row[2]) for row in summed] == [(row[3], row[4]) for row in summed]


def test_of_the_usage_rate_each_witness_is_a_line_of_the_log_and_each_department_a_line_of_the_seed(
    reported: City,
) -> None:
    found = receipt(reported, "visualisation_usage_rate")
    assert (found["numerator"], found["denominator"], found["totals"]) == (
        *(2, 53),
        [
            {"part": "numerator", "row_count": 2, "counts": 2},
            {"part": "denominator", "row_count": 53, "counts": 53},
        ],
    )
    folder = reported.folder / "inbox" / "access_log"
    for row in rows_of(found):
        [file] = folder.rglob(row["item_key"])
        lines = file.read_text(encoding="utf-8").splitlines()
        stamp, user, event, *_ = lines[row["source_row"] - 1].split(",")
        assert (DEPARTMENTS[row["what"]], event) == (STAFF[user.upper()], "view")
        earlier = [line.split(",")[1].upper() for line in lines[1 : row["source_row"] - 1]]
        assert stamp.startswith("2026-10-01"), "the first day of the month"
        assert DEPARTMENTS[row["what"]] not in {STAFF[number] for number in earlier}, (
            "the first row"
        )
        assert row["rows_behind"] is None, "it would tell how active one or two people were"
    seed = list(
        csv.reader((ROOT / "dbt_project" / "seeds" / "org_units.csv").open(encoding="utf-8"))
    )
    cited = rows_of(found, "denominator")
    assert [seed[row["source_row"] - 1][0] for row in cited] == [row["what"] for row in cited]
    # The month's log and its roster, as they were delivered.
    assert [item["item_key"] for item in found["items"]] == [
        *(f"access_log_202610{day:02d}.csv" for day in range(1, 22)),
        "staff_roster_202610.csv",
    ]
    for item in found["items"]:
        [file] = (reported.folder / "inbox" / item["source_name"]).rglob(item["item_key"])
        assert item["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert item["rows_read"] == len(file.read_bytes().splitlines()) - 1
        assert (reported.data / "landing" / item["item_id"] / "data.parquet").exists()


def test_of_participants_each_row_is_somebody_elses_first_attendance_in_the_standing_list(
    reported: City,
) -> None:
    found = receipt(reported, "training_participants")
    delivered = (
        reported.folder
        / "inbox"
        / "training_rosters"
        / CORRECTED_ON.isoformat()
        / "研修_令和8年度.xlsx"
    ).read_bytes()
    assert [item["sha256"] for item in found["items"]] == [hashlib.sha256(delivered).hexdigest()]
    book = CalamineWorkbook.from_filelike(io.BytesIO(delivered))
    cited = [
        tuple(
            book.get_sheet_by_name(row["sheet_name"]).to_python(skip_empty_area=False)[
                row["sheet_row"] - 1
            ][place]
            for place in (1, 4, 5)
        )
        for row in rows_of(found)
    ]
    assert sorted(cited) == [
        ("S0000001", "R8.10.10", "出席"),
        ("S0000002", "R8.10.11", "出席"),
        ("S0000003", "R8.10.12", "出席"),
    ]
    assert sorted(row["what"] for row in rows_of(found)) == [
        "2026-10-10",
        "2026-10-11",
        "2026-10-12",
    ]
    assert (found["items"][0]["rows_read"], found["items"][0]["rows_counted"]) == (6, 3)


def test_of_hires_stages_procedures_and_applications_each_row_is_the_one_that_counts(
    reported: City, platform: Platform
) -> None:
    hires = rows_of(receipt(reported, "specialists_hired"))
    assert [(HIRES[row["source_row"] - 1].split(",")[5], row["counts"]) for row in hires] == [
        ("２", 2),
        ("▲１", -1),
    ]

    found = receipt(reported, "common_cloud_service")
    book = CalamineWorkbook.from_path(
        reported.folder / "inbox" / "milestones" / FIRST_NIGHT.isoformat() / "管理表.xlsx"
    )
    register = book.get_sheet_by_name("一覧").to_python(skip_empty_area=False)
    assert [register[row["sheet_row"] - 1][:3] for row in rows_of(found)] == [[CLOUD, 1, "調査"]]
    assert [register[row["sheet_row"] - 1][1] for row in rows_of(found, "denominator")] == [1, 2]

    landed = _landed(Procedures(), str(reported.folder / "catalogue.sqlite"))
    cited = [landed[row["source_row"]] for row in rows_of(receipt(reported, "online_procedures"))]
    assert [(row["procedure_id"], row["status"], row["changed_on"]) for row in cited] == [
        ("1", "registered", "2026-07-15"),
        ("3", "reopened", "2026-10-05"),
    ]

    landed = _landed(NocodeApps(), platform.location)
    found = receipt(reported, "nocode_applications")
    assert [
        (landed[row["source_row"]]["task_code"], landed[row["source_row"]]["began_on"])
        for row in rows_of(found)
    ] == [("G1", "2026-05-01")]
    [definition] = rows_of(found, "denominator")
    seed = list(
        csv.reader((ROOT / "dbt_project" / "seeds" / "indicators.csv").open(encoding="utf-8"))
    )
    assert seed[definition["source_row"] - 1][0] == "nocode_applications"


def _landed(source: Procedures | NocodeApps, location: str) -> dict[int, dict[str, Any]]:
    content = source.read(source.list_deliveries(location).deliveries[0])
    rows = [
        row
        for batch in source.parse(content, Pseudonyms(b"a key for the tests")).batches
        for row in batch.to_pylist()
    ]
    return {row["_source_row"]: row for row in rows}


def test_a_receipt_reads_as_text_and_names_nobody(reported: City) -> None:
    done = reported.shihyo("explain", "training_participants", "--rows")
    assert done.returncode == 0, done.stderr
    version = reported.status()["published_version"]
    for said in (
        "training_participants FY2026: 研修の受講者",
        "3, by int_indicators__training_participants",
        "measured to 2026-10-23, provisional, known since 2026-10-23",
        f"version     {version}, run ",
        "training_rosters/研修_令和8年度.xlsx/2026-10-23-",
        "numerator    3     3",
    ):
        assert said in done.stdout, done.stdout
    pseudonyms = [Pseudonyms(b"a key for the tests alone").of(number) for number in STAFF]
    everything = str(reported.query("from marts.fct_counted_rows")) + done.stdout
    assert [text for text in (*STAFF, *pseudonyms) if text in everything] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["training"], "there is no indicator 'training'; there are: online_procedures, "),
        (
            ["training_participants", "--fiscal-year", "2019"],
            "of training_participants no value is computed for FY2019; there are: 2026",
        ),
        (["data_utilisation_policy"], "of data_utilisation_policy no value is computed yet"),
    ],
)
def test_a_figure_that_is_not_there_is_wrong_usage_and_says_which_are(
    reported: City, words: list[str], said: str
) -> None:
    done = reported.shihyo("explain", *words)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert said in done.stderr


def test_a_warehouse_from_before_there_were_receipts_says_so(
    reported: City, tmp_path: Path
) -> None:
    import duckdb

    from flows.errors import ShihyoError
    from flows.reading.explain import report
    from settings import Settings

    settings = Settings(data_dir=tmp_path, pseudonym_key="a key for the tests alone", sources={})
    settings.published_dir.mkdir(parents=True)
    with pytest.raises(ShihyoError, match="nothing is published"):
        report(settings, "training_participants", None, with_rows=False, form="table")
    with duckdb.connect(str(settings.published_dir / "warehouse.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.dim_indicators as select 'training_participants' as indicator_code,"
            " 1 as sort_order"
        )
    with pytest.raises(ShihyoError, match="before there were receipts; next: shihyo rebuild"):
        report(settings, "training_participants", None, with_rows=False, form="table")
