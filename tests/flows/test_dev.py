"""The edit loop: what the project changed is built on a copy, its effect on readers is shown, and a
mistake is named by file and line.
"""

import json
import re
import subprocess
import time
import urllib.request
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from small_city import ROOT, City
from workbench import Workbench

from flows.children.dbt_errors import explain
from flows.cli import _say_why
from flows.errors import AuditFailed, ShihyoError, WarehouseBusy
from flows.lock import exclusive
from flows.paths import dev_file
from flows.reading.diff import report
from forecasting import method


@pytest.fixture
def bench(city: City, tmp_path: Path) -> Workbench:
    return Workbench(city, tmp_path / "project")


def test_an_unchanged_project_builds_nothing_and_an_edited_seed_only_what_reads_it(
    bench: Workbench,
) -> None:
    before = bench.city.published.read_bytes()
    assert bench.build() == ()
    assert bench.difference().is_empty
    assert report(bench.difference(), "table").startswith("nothing changes for readers between")

    bench.edit("seeds/indicator_targets.csv", "2026,70%以上,70,", "2026,75%以上,75,")
    built = bench.build()

    assert {"indicator_targets", "fct_indicator_targets", "fct_indicator_progress"} <= set(built)
    assert not {"int_access_log_user_days", "fct_indicator_actuals", "int_loads"} & set(built)
    found = bench.difference()
    changed = {
        (change.fiscal_year, change.column): (change.before, change.after)
        for change in found.values
    }
    assert changed[2026, "target_text"] == ("70%以上", "75%以上")
    assert changed[2026, "target_value"] == changed[2026, "target_lower"] == (70, 75)
    assert {column for year, column in changed if year != 2026} == {"final_target_value"}
    assert {change.indicator_code for change in found.values} == {"visualisation_usage_rate"}
    assert {
        table.table: (table.rows_added, table.rows_removed)
        for table in found.tables
        if "progress" not in table.table
    } == {
        "fct_headlines": (1, 1),
        "fct_indicator_forecasts": (1, 1),
        "fct_indicator_revisions": (1, 1),
        "fct_indicator_standings": (1, 1),
        "fct_indicator_targets": (1, 1),
    }
    assert re.search(
        r"visualisation_usage_rate +2026 +target_value +70 +75", report(found, "table")
    )
    listed = json.loads(report(found, "json"))["values"]
    assert {"target_value": 75, "target_text": "75%以上"}.items() <= {
        each["column"]: each["after"] for each in listed
    }.items()
    assert bench.city.published.read_bytes() == before


def test_an_edit_below_an_incremental_model_builds_it_from_all_that_has_landed(
    bench: Workbench,
) -> None:
    bench.edit(
        "models/staging/access_log/stg_access_log__events.sql",
        "event_name in ('view', 'export')",
        "event_name = 'export'",
    )
    assert "int_access_log_user_days" in bench.build()
    # Nobody in the small city exports, and no row is folded twice.
    assert bench.query(
        "select numerator from marts.fct_indicator_actuals where org_unit_code = '271004' and"
        " is_current"
    ) == [(0,)]
    assert bench.query(
        "select count(*), sum(rows_staged), max(abs(rows_unaccounted)) from marts.fct_loads"
    ) == [(21, 808, 0)]
    assert [
        change.column for change in bench.difference().values
    ] == []  # the month is not complete, so the year shows nothing yet
    # What a formula changes is an edit's difference, and no revision of data.
    changed = {"fct_department_usage_months", "fct_indicator_actuals", "fct_org_unit_actuals"}
    assert changed == {table.table for table in bench.difference().tables}
    assert bench.query(
        "select count(*) from marts.fct_indicator_revisions where revision_kind in ('revised',"
        " 'withdrawn')"
    ) == [(2,)]
    assert bench.query(
        "select distinct measure from marts.fct_indicator_revisions where revision_kind = 'revised'"
    ) == [("target",)]


def test_an_edit_of_an_incremental_model_alone_does_not_lose_what_earlier_nights_landed(
    bench: Workbench,
) -> None:
    bench.city.deliver_log(date(2026, 10, 21))
    bench.city.publish(date(2026, 10, 22))  # its views name this night's one new item
    bench.edit(
        "models/intermediate/usage/int_access_log_user_days.sql",
        "count(*) as event_count,",
        "count(*) + 0 as event_count,",
    )
    assert "int_access_log_user_days" in bench.build()
    assert bench.query("select count(*), max(abs(rows_unaccounted)) from marts.fct_loads") == [
        (22, 0)
    ]
    assert bench.difference().is_empty


def test_an_edit_of_how_forecasts_are_made_builds_them_anew(bench: Workbench) -> None:
    made = (
        "insert into intermediate.int_indicator_forecasts by name select $1 as method, 'x' as"
        " indicator_code"
    )
    with duckdb.connect(str(bench.city.published.resolve())) as connection:
        connection.execute(made, [method()])
    assert bench.build() == ()
    with duckdb.connect(str(bench.city.published.resolve())) as connection:
        connection.execute("update intermediate.int_indicator_forecasts set method = 'another'")
    built = bench.build()
    assert {"int_indicator_forecasts", "int_forecast_backtests", "fct_forecast_paths"} <= set(built)
    assert not {"int_forecasts_wanted", "fct_indicator_actuals"} & set(built)


def test_new_columns_and_marts_are_listed(bench: Workbench) -> None:
    bench.edit(
        "models/marts/dim_fiscal_years.sql",
        "select * from fiscal_years",
        "select *, 1 as weight from fiscal_years",
    )
    column = "      - name: weight\n        data_type: integer\n"
    bench.edit("models/marts/dim_fiscal_years.yml", "    columns:\n", "    columns:\n" + column)
    unchecked = "models:\n  - name: dim_cities\n    config: {contract: {enforced: false}}\n"
    (bench.project / "models/marts/dim_cities.yml").write_text(unchecked, encoding="utf-8")
    (bench.project / "models/marts/dim_cities.sql").write_text(
        "select '271004' as city_code\n", encoding="utf-8"
    )
    bench.build()
    tables = {table.table: table for table in bench.difference().tables}
    assert (tables["dim_cities"].rows_before, tables["dim_cities"].rows_after) == (None, 1)
    assert tables["dim_fiscal_years"].columns == ("+weight",)
    assert tables["dim_fiscal_years"].rows_added == 0


_OF_RATIOS = "models/intermediate/kinds/_ratios_unit_tests.yml"


def test_an_edited_unit_test_of_an_unchanged_model_is_run_and_named_by_its_line(
    bench: Workbench,
) -> None:
    bench.edit(
        _OF_RATIOS,
        "person: moves, source_row: 7",
        "person: moves, source_row: 6",
    )
    with pytest.raises(AuditFailed) as refused:
        bench.build()
    line = _line_of(
        bench, _OF_RATIOS, "- name: people_count_for_the_department_they_were_posted_to_on_that_day"
    )
    assert str(refused.value).startswith(
        f"dbt_project/{_OF_RATIOS}:{line}: unit test"
        " people_count_for_the_department_they_were_posted_to_on_that_day: the model gives other"
        " rows than it expects; next: "
    )
    assert "actual differs from expected" in refused.value.details


def _line_of(bench: Workbench, file: str, text: str) -> int:
    lines = (bench.project / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


_MODEL = "models/intermediate/gate/int_column_drifts.sql"
_MART = "models/marts/dim_fiscal_years.yml"
_INDICATOR = (
    (ROOT / "dbt_project" / "seeds" / "indicators.csv").read_text(encoding="utf-8").splitlines()[1]
)
MISTAKES: dict[str, tuple[Callable[[Workbench], tuple[str, int | None]], str]] = {
    "syntax": (
        lambda b: (_MODEL, b.edit(_MODEL, "group by item_id", "groupp byy item_id")),
        r'syntax error at or near "groupp"',
    ),
    "column": (
        lambda b: (_MODEL, b.edit(_MODEL, "quarantined.row_count,\n", "quarantined.row_countt,\n")),
        r"row_countt",
    ),
    "table": (
        lambda b: (_MODEL, b.edit(_MODEL, "from quarantined\n", "from quarantinez\n")),
        r"Table with name quarantinez does not exist",
    ),
    "reference": (
        lambda b: (_MODEL, b.edit(_MODEL, "ref('int_loads')", "ref('int_lods')")),
        r"int_lods",
    ),
    "template": (
        lambda b: (
            _MODEL,
            b.edit(_MODEL, "{{ ref('int_quarantined_rows') }}", "{{ ref('int_quarantined_rows') "),
        ),
        r"got 'where'",
    ),
    "yaml": (
        lambda b: (_MART, b.edit(_MART, "models:\n", "models:\n\t- name: x\n") + 1),
        r"found character",
    ),
    "contract": (
        lambda b: (
            "models/marts/dim_fiscal_years.sql",
            b.edit(
                "models/marts/dim_fiscal_years.sql",
                "select * from fiscal_years",
                "select *, 1 as extra from fiscal_years",
            ),
        ),
        r"enforced contract.*extra",
    ),
    "seed day": (
        lambda b: (
            "seeds/indicator_targets.csv",
            b.edit(
                "seeds/indicator_targets.csv",
                "2026,70%以上,70,at_least,,,,2023-04-01",
                "2026,70%以上,70,at_least,,,,2023-13-01",
            ),
        ),
        r"2023-13-01",
    ),
    "seed too few fields": (
        lambda b: ("seeds/closed_days.csv", b.append("seeds/closed_days.csv", "2026-12-29")),
        r"1 fields where the heading has 2",
    ),
    "seed too many fields": (
        lambda b: ("seeds/strategies.csv", b.append("seeds/strategies.csv", "9,a,b,c,d,e")),
        r"6 fields where the heading has 3",
    ),
    "seed key twice": (
        lambda b: ("seeds/indicators.csv", b.append("seeds/indicators.csv", _INDICATOR)),
        r"unique_together_indicators_indicator_code__valid_from",
    ),
}


@pytest.mark.parametrize(
    ("content", "message"),
    [("指標".encode("cp932"), "it is not in UTF-8"), (b"", "it is empty")],
    ids=["cp932", "empty"],
)
def test_a_seed_that_is_no_text_is_named(bench: Workbench, content: bytes, message: str) -> None:
    (bench.project / "seeds" / "strategies.csv").write_bytes(content)
    with pytest.raises(ShihyoError, match=f"dbt_project/seeds/strategies.csv: {message}"):
        bench.build()


# These are told otherwise when the whole project is parsed.
FOUND_BY_PARSING = ("reference", "template", "yaml")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_with_file_and_line_before_dbts_own_text(
    bench: Workbench, mistake: str
) -> None:
    make, message_part = MISTAKES[mistake]
    file, line = make(bench)
    if mistake in FOUND_BY_PARSING:
        bench.forget_the_parsed_project()
    with pytest.raises(ShihyoError) as refused:
        bench.build()
    message = str(refused.value)
    place = f"dbt_project/{file}:{line}: " if line else f"dbt_project/{file}"
    if (
        mistake == "template"
    ):  # the template is unclosed on this line, and the parser notices on the next
        place = f"dbt_project/{file}:{line + 1}: "
    assert message.startswith(place), message
    assert re.search(message_part, message), message
    assert "\n" not in message
    assert len(message) < 450
    assert "dbt=1" in refused.value.details


@pytest.mark.parametrize(
    ("found", "replacement", "message"),
    [
        (
            "item_key,share_of_typical,0.9,,,,critical,true,デジタル統括室 行政手続担当",
            "item_key,share_of_typicla,0.9,,,,critical,true,デジタル統括室 行政手続担当",
            "catalogue_keeps_its_size: intermediate.int_arrival_volumes has no column share_of_typicla",
        ),
        (
            "unknown_share,,0.05,,,warning",
            "unknown_share,0.5,0.05,,,warning",
            "users_are_in_the_roster: min_value is above max_value",
        ),
        (
            "rows_unaccounted,,,0,,critical",
            "rows_unaccounted,0,,0,,critical",
            "every_row_is_accounted_for: it has more than one of a range",
        ),
    ],
    ids=["column", "range", "bounds"],
)
def test_a_rule_that_would_guard_nothing_is_named(
    bench: Workbench, found: str, replacement: str, message: str
) -> None:
    bench.edit("seeds/gate_rules.csv", found, replacement)
    with pytest.raises(ShihyoError) as refused:
        bench.build()
    assert f"seeds/gate_rules.csv, {message}" in str(refused.value)


def test_a_mistake_in_a_python_model_is_named_with_the_line_of_its_file(tmp_path: Path) -> None:
    message = (
        "Runtime Error in model int_x (models/int_x.py)\n  Python model failed:\n  Traceback (most"
        ' recent call last):\n    File "/lib/dbt/environments/__init__.py", line 286, in'
        ' run_python_job\n      df = module.model(dbt, con)\n    File "/var/tmpjgd1wrt9.py", line'
        " 50, in model\n      rows = forecasted(\n             ^^^^^^^^^^\n  NameError: name"
        " 'forecasted' is not defined\n  "
    )
    result = {"unique_id": "model.shihyo.int_x", "status": "error", "message": message}
    manifest = {"nodes": {"model.shihyo.int_x": {"original_file_path": "models/int_x.py"}}}
    assert (
        explain([result], "", manifest, tmp_path)
        == "dbt_project/models/int_x.py:50: NameError: name 'forecasted' is not defined"
    )


def test_dbts_own_text_is_printed_below_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    _say_why(ShihyoError("one line", details="what dbt says\nin full\n"))
    assert capsys.readouterr().err == "shihyo: one line\nwhat dbt says\nin full\n"


def test_two_turns_at_once_are_refused_and_the_night_is_not_in_the_way(bench: Workbench) -> None:
    folder = dev_file(bench.settings).parent
    with (
        exclusive(folder / ".lock", "busy"),
        pytest.raises(WarehouseBusy, match="another shihyo dev"),
    ):
        bench.build()


def test_a_version_without_its_projects_manifest_is_built_whole(bench: Workbench) -> None:
    for manifest in bench.city.published.parent.glob("*.manifest.json"):
        manifest.unlink()
    assert len(bench.build()) > 50
    assert bench.difference().is_empty


def test_the_commands_say_what_a_person_needs(city: City) -> None:
    done = city.shihyo("dev")
    assert done.returncode == 0, done.stderr
    assert "no seed or model differs from what is published" in done.stdout
    assert "nothing changes for readers" in done.stdout
    assert str(city.data / "dev" / "warehouse.duckdb") in done.stdout
    assert json.loads(city.shihyo("diff", "--format", "json").stdout)["tables"] == []
    version = city.published.resolve().stem.removeprefix("warehouse-")
    assert city.shihyo("diff", "--with", version).returncode == 0
    unknown = city.shihyo("diff", "--with", "20000101-x")
    assert (unknown.returncode, len(unknown.stderr.splitlines())) == (2, 1)


def test_docs_are_served_from_a_copy_of_what_is_published(city: City) -> None:
    before = city.published.read_bytes()
    port = "18580"
    command = ["make", "docs", f"DOCS_PORT={port}", f"VENV={ROOT / '.venv'}"]
    serving = subprocess.Popen(
        command,
        cwd=ROOT,
        env=city.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        process_group=0,
    )
    try:
        deadline = time.monotonic() + 90
        catalogue: dict[str, object] = {}
        while not catalogue and time.monotonic() < deadline and serving.poll() is None:
            try:
                with urllib.request.urlopen(
                    f"http://127.0.0.1:{port}/catalog.json", timeout=5
                ) as answer:
                    catalogue = json.load(answer)
            except OSError:
                time.sleep(0.3)
        assert "model.shihyo.fct_indicator_progress" in dict(catalogue.get("nodes", {}))
    finally:
        subprocess.run(["kill", "--", f"-{serving.pid}"], check=False)
        serving.wait(timeout=20)
    assert city.published.read_bytes() == before
