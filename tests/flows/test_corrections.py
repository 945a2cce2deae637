"""Declared corrections: what a source has wrong is counted as it should be, in every delivery,
until the source is mended.
"""

import csv
import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest
from harness.invariants import export_marts, first_difference, published
from harness.ready_python import ready_children, ready_python
from small_city import ROOT, City, indicators_of, located, log_lines

from flows.dev import build_dev
from flows.errors import AuditFailed
from flows.paths import dev_file
from flows.sources import SOURCES
from flows.sources.contracts import COVERED, cover
from settings import Settings

SEED = Path("dbt_project") / "seeds" / "corrections.csv"
HEADING = (ROOT / SEED).read_text(encoding="utf-8").splitlines()[0]
FIRST_NIGHT, SECOND_NIGHT, THIRD_NIGHT = date(2026, 10, 22), date(2026, 10, 23), date(2026, 10, 24)
LOG, HIRES = "access_log_20261021.csv", "採用一覧.csv"

_WITH_PROJECT = """
import sys
from pathlib import Path
import flows.night.write
from flows.cli import main
flows.night.write._PROJECT = Path(sys.argv.pop(1))
main()
"""


class Bureau:
    """A small city with a catalogue of procedures, whose nights build a project of their own."""

    def __init__(self, city: City, folder: Path) -> None:
        self.city, self.project, self.catalogue = (
            city,
            folder / "dbt_project",
            folder / "catalogue.sqlite",
        )
        shutil.copytree(
            ROOT / "dbt_project", self.project, ignore=shutil.ignore_patterns("target", "logs")
        )
        with closing(sqlite3.connect(self.catalogue)) as connection:
            connection.execute("create table procedures (procedure_id text, procedure_name text)")
            connection.execute(
                "create table procedure_departments (procedure_id text, department_name text)"
            )
            connection.execute(
                "create table procedure_status_changes (procedure_id text, status text, changed_on"
                " text)"
            )
            for number in range(11, 41):
                day = "2026-02-30" if number == 13 else "2026-07-01"
                connection.execute("insert into procedures values (?, 'x')", (f"P{number}",))
                connection.execute(
                    "insert into procedure_departments values (?, '北区役所')", (f"P{number}",)
                )
                connection.execute(
                    "insert into procedure_status_changes values (?, 'registered', ?)",
                    (f"P{number}", day),
                )
            connection.commit()

    def declare(self, *lines: str) -> None:
        (self.project / "seeds" / SEED.name).write_text(
            "\n".join([HEADING, *lines, ""]), encoding="utf-8"
        )

    def night(self, as_of: date, *words: str) -> subprocess.CompletedProcess[str]:
        command = [
            ready_python(),
            "-c",
            _WITH_PROJECT,
            str(self.project),
            "run",
            "--as-of",
            as_of.isoformat(),
            *words,
        ]
        environment = self.city.environment(**located("procedures", str(self.catalogue)))
        return subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300
        )

    def publish(self, as_of: date, *words: str) -> None:
        done = self.night(as_of, *words)
        assert done.returncode == 0, done.stdout + done.stderr

    def figures(self) -> dict[str, int]:
        """Return the numerators of what is current: the city's users and procedures of October, the
        year's hires.
        """
        rows = self.city.query(
            "select indicator_code, cast(numerator as integer) from marts.fct_indicator_actuals"
            " where is_current and org_unit_code = '271004' and if(indicator_code ="
            " 'specialists_hired', period_grain = 'fiscal_year', period_grain = 'month' and"
            " period_start = date '2026-10-01')"
        )
        return {str(code): int(count) for code, count in rows}

    def held_back(self) -> list[tuple[object, ...]]:
        assert self.city.query(
            "select count(*) from marts.fct_loads where rows_unaccounted != 0"
        ) == [(0,)]
        return self.city.query(
            "select source_name, source_row, reason_code, is_current from"
            " marts.fct_quarantined_rows order by all"
        )

    def standings(self) -> list[tuple[object, ...]]:
        return self.city.query(
            "select correction_id, standing, corrected_delivery_count from marts.fct_corrections"
            " order by 1"
        )


@pytest.fixture
def bureau(city: City, tmp_path: Path) -> Bureau:
    return Bureau(city, tmp_path / "project")


def _day_of_log(*, mended: bool) -> list[str]:
    """Return a day of the log with the only use by 福島区役所 in its last row, the stamp of which
    cannot be right.
    """
    stamp = "2026-10-21T03:00:00Z" if mended else "2026-10-21T25:61:00Z"
    return [*log_lines(date(2026, 10, 21)), f"{stamp},s0000007,view,窓口の混雑,10.1.2.3"]


ON_LOG = (
    f"log,access_log,{LOG},42,accessed_at,2026-10-21T25:61:00Z,2026-10-21T03:00:00Z,時計の誤り,a"
    " wrong clock,データ活用担当,2026-10-22,"
)
ON_CATALOGUE = (
    "catalogue,procedures,procedure_catalogue,3,changed_on,2026-02-30,2026-10-02,入力の誤り,a"
    " slip,行政手続担当,2026-10-22,"
)
ON_HIRES = (
    f'"hires",specialists,{HIRES},2,hire_count,▲１,1,"符号の誤り, 確認済",a wrong'
    " sign,採用担当,2026-10-22,"
)
WAITING = (
    "later,specialists,nobody's file.csv,2,hire_count,,1,未着,not there yet,採用担当,2026-10-22,"
)


def test_a_correction_is_counted_in_every_delivery_until_its_source_is_mended(
    bureau: Bureau,
) -> None:
    city = bureau.city
    hires = [
        "採用年月日,配属先,採用数",
        "令和8年10月1日,デジタル統括室,▲１",
        "令和8年10月2日,デジタル統括室,2",
    ]
    city.deliver("specialists", HIRES, hires, on=FIRST_NIGHT, encoding="cp932")
    city.deliver_log(date(2026, 10, 21), _day_of_log(mended=False), on=FIRST_NIGHT)
    bureau.publish(FIRST_NIGHT)
    assert bureau.held_back() == [
        ("access_log", 42, "bad_timestamp", True),
        ("procedures", 3, "bad_change_date", True),
    ]
    assert bureau.figures() == {
        "visualisation_usage_rate": 2,
        "online_procedures": 29,
        "specialists_hired": 1,
    }

    # Declared: nothing is delivered, and what is held of the two incremental sources is read again.
    bureau.declare(ON_LOG, ON_CATALOGUE, ON_HIRES, WAITING)
    bureau.publish(SECOND_NIGHT)
    assert bureau.held_back() == []
    assert bureau.figures() == {
        "visualisation_usage_rate": 3,
        "online_procedures": 30,
        "specialists_hired": 3,
    }
    assert bureau.standings() == [
        ("catalogue", "applied", 1),
        ("hires", "applied", 1),
        ("later", "waiting", 0),
        ("log", "applied", 1),
    ]
    assert city.query(
        "select column_heading, indicator_codes, reason_ja from marts.fct_corrections where"
        " correction_id = 'hires'"
    ) == [("採用数", indicators_of("specialists"), "符号の誤り, 確認済")]
    # A seed has no history: every day is answered as today's register says, the day of the first
    # night too.
    assert city.query(
        "select distinct cast(arg_max(numerator, known_from) as integer) from"
        " marts.fct_indicator_actuals where indicator_code = 'specialists_hired' and period_grain"
        f" = 'fiscal_year' and known_from <= date '{FIRST_NIGHT}'"
    ) == [(3,)]

    # The log is mended at its source: the night says which correction is to go, and readers keep
    # what they have.
    before = published(city)
    city.deliver_log(date(2026, 10, 21), _day_of_log(mended=True), on=THIRD_NIGHT)
    refused = bureau.night(THIRD_NIGHT)
    assert (refused.returncode, len(refused.stderr.strip().splitlines())) == (3, 1), (
        refused.stdout + refused.stderr
    )
    assert (
        "dbt test assert_every_correction_still_finds_what_it_corrects (1 rows) did not hold:"
        f" correction log of access_log {LOG}, row 42, accessed_at: it expects"
        " '2026-10-21T25:61:00Z' and finds '2026-10-21T03:00:00Z'; nothing was published; next: if"
        " the source is mended, remove the line from dbt_project/seeds/corrections.csv"
        in refused.stderr
    )
    assert published(city) == before

    # Withdrawn, and changed: what the first delivery had wrong is held back again.
    bureau.declare(ON_CATALOGUE.replace("2026-10-02", "2026-11-02"), ON_HIRES)
    bureau.publish(THIRD_NIGHT)
    assert bureau.held_back() == [("access_log", 42, "bad_timestamp", False)]
    assert bureau.figures() == {
        "visualisation_usage_rate": 3,
        "online_procedures": 29,
        "specialists_hired": 3,
    }
    assert bureau.standings() == [("catalogue", "applied", 1), ("hires", "applied", 1)]
    incremental = export_marts(city)
    bureau.publish(THIRD_NIGHT, "--full-refresh")
    assert first_difference(incremental, export_marts(city)) is None


PERSONAL = "the column is personal, and what is personal is corrected at the source alone"
CONTRADICTIONS = {
    "unknown_source,parking,a,2,hire_count,1,2,a,a,b,2026-01-01,": "no source is called so",
    "unknown_column,specialists,a,2,salary,1,2,a,a,b,2026-01-01,": (
        "the source's contract has no such column"
    ),
    "personal,staff_roster,a,2,user_pseudonym,1,2,a,a,b,2026-01-01,": PERSONAL,
    "no_item,specialists,,2,hire_count,1,2,a,a,b,2026-01-01,": "it names no item",
    "no_row,specialists,b,0,hire_count,1,2,a,a,b,2026-01-01,": "it names no row",
    "same,specialists,c,2,hire_count,1,1,a,a,b,2026-01-01,": "it corrects nothing",
    "era,specialists,d,2,hired_on,1,令和8年1月1日,a,a,b,2026-01-01,": (
        "the corrected day has to be written as YYYY-MM-DD"
    ),
    "no_day,specialists,e,2,hired_on,1,2026-02-30,a,a,b,2026-01-01,": "the corrected day is none",
    "no_number,specialists,f,2,hire_count,1,▲1,a,a,b,2026-01-01,": (
        "the corrected number has to be written in plain digits"
    ),
    "no_reason,specialists,g,2,hire_count,1,2,a,,b,2026-01-01,": (
        "it gives no reason in both languages"
    ),
    "no_office,specialists,h,2,hire_count,1,2,a,a,,2026-01-01,": "no office answers for it",
    "no_declaration,specialists,i,2,hire_count,1,2,a,a,b,,": "it has no day of declaration",
    "ends_early,specialists,j,2,hire_count,1,2,a,a,b,2026-01-02,2026-01-01": (
        "it ends before it was declared"
    ),
    "one,specialists,k,2,hire_count,1,2,a,a,b,2026-01-01,": (
        "another correction is of the same cell"
    ),
    "other,specialists,k,2,hire_count,1,3,a,a,b,2026-01-01,": (
        "another correction is of the same cell"
    ),
}


def test_a_register_that_contradicts_itself_or_a_contract_builds_nothing(bureau: Bureau) -> None:
    bureau.declare(
        *CONTRADICTIONS, "sound,specialists,z,2,hire_count,1,2,a,a,b,2026-01-01,2026-12-31"
    )
    settings = Settings(
        data_dir=bureau.city.data, pseudonym_key="a key for the tests alone", sources={}
    )
    with ready_children(), pytest.raises(AuditFailed) as refused:
        build_dev(settings, bureau.project)
    assert str(refused.value).startswith(
        "dbt_project/tests/assert_every_correction_can_be_made.sql: test"
        " assert_every_correction_can_be_made does not hold for 15 rows: correction ends_early: it"
        " ends before it was declared; next: correct its line in dbt_project/seeds/corrections.csv"
    )
    results = json.loads(
        (dev_file(settings).parent / "target" / "run_results.json").read_text(encoding="utf-8")
    )["results"]
    statuses = {
        each["unique_id"].split(".")[2]: each["status"]
        for each in results
        if each["unique_id"].startswith("model.")
    }
    assert {status for name, status in statuses.items() if name.startswith("base_")} == {"skipped"}
    assert statuses["fct_corrections"] == statuses["fct_indicator_progress"] == "skipped"
    [test] = [
        each
        for each in results
        if each["unique_id"].split(".")[2] == "assert_every_correction_can_be_made"
    ]
    with duckdb.connect(str(dev_file(settings)), read_only=True) as connection:
        found = connection.sql(test["compiled_code"]).select("correction_id, finding").fetchall()
    assert dict(found) == {
        line.split(",")[0]: f"correction {line.split(',')[0]}: {message}"
        for line, message in CONTRADICTIONS.items()
    }


def test_what_is_declared_looks_like_its_column_and_names_nobody() -> None:
    columns = {
        (source.name, column.name): column
        for source in SOURCES
        for column in source.contract.columns
    }
    with (ROOT / SEED).open(encoding="utf-8", newline="") as content:
        declared = list(csv.DictReader(content))
    assert len({row["correction_id"] for row in declared}) == len(declared) > 0
    for row in declared:
        column = columns[row["source_name"], row["column_name"]]
        assert not column.is_personal
        assert (
            row["recorded_value"] == COVERED
            or cover(row["recorded_value"], column) == row["recorded_value"]
        ), row["correction_id"]
        assert cover(row["corrected_value"], column) == row["corrected_value"], row["correction_id"]
