"""The benchmarks measure what they say: the floors do the work, and the table is written where it
belongs.
"""

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
from small_city import ROOT, City

from bench import floors
from bench.__main__ import _write
from bench.bare_build import bare_build
from bench.benchmarks import FIRST_DAY
from bench.deployment import Deployment, new_deployment
from bench.lines import Line, Sizes
from bench.measure import BenchmarkError, alternate, measure, ratio
from bench.schedule import main as print_schedule
from bench.schedule import schedule, task_seconds


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    made = new_deployment(tmp_path / "city")
    made.deliver_days(FIRST_DAY, 3, 500)
    made.deliver_rosters(FIRST_DAY, FIRST_DAY)
    return made


def test_landing_and_the_copy_hold_the_same_rows(deployment: Deployment, tmp_path: Path) -> None:
    measured = measure(
        [sys.executable, "-m", "bench.floors", "land", str(deployment.data)], deployment.environment
    )
    assert measured.seconds > 0
    assert measured.peak_bytes > 10_000_000
    floors.copy(str(deployment.logs), str(tmp_path / "copied"))
    landed = duckdb.sql(
        "select accessed_at, event_name from"
        f" '{deployment.data}/landing/access_log/*/*/data.parquet' order by all"
    ).fetchall()
    copied = duckdb.sql(
        f"select timestamp, event from '{tmp_path}/copied/*.parquet' order by all"
    ).fetchall()
    assert len(landed) == 1500
    assert landed == copied


def test_generated_days_are_the_same_everywhere(deployment: Deployment) -> None:
    first = sorted(deployment.logs.rglob("*.csv"))[0].read_text(encoding="utf-8").splitlines()
    assert first[0] == "timestamp,user_name,event,workbook,client_ip"
    assert first[1].startswith("2024-01-01T00:00:00Z,s000")
    assert len(first) == 501


def test_a_failing_command_is_no_measurement() -> None:
    with pytest.raises(BenchmarkError, match="ended with 3"):
        measure([sys.executable, "-c", "raise SystemExit(3)"], {})


def test_ratio_is_the_median_of_pairs() -> None:
    assert ratio([2.0, 9.0, 3.0], [1.0, 3.0, 2.0]) == "2.00 (1.50–3.00)"
    calls: list[str] = []

    def called(name: str) -> float:
        calls.append(name)
        return 1.0

    assert alternate(2, lambda: called("a"), lambda: called("b")) == ([1.0, 1.0], [1.0, 1.0])
    assert calls == ["a", "b", "a", "b"]


def test_a_simulated_schedule_begins_each_task_where_one_is_free(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert schedule([3.0, 1.0, 1.0, 2.0], 2) == 4.0
    assert schedule([3.0, 1.0, 1.0, 2.0], 64) == 3.0
    log = tmp_path / "events"
    ends = [("Success", 3_000, 4_500), ("ExecutorLostFailure", 0, 900), ("Success", 1_000, 3_000)]
    events = [
        {
            "Event": "SparkListenerTaskEnd",
            "Task End Reason": {"Reason": reason},
            "Task Info": {"Launch Time": begun, "Finish Time": ended},
        }
        for reason, begun, ended in ends
    ]
    log.write_text("\n".join(map(json.dumps, [*events, {"Event": "SparkListenerJobEnd"}])))
    assert task_seconds(log) == (2.0, 1.5)
    assert print_schedule([str(log)]) == 0
    assert "simulated, not measured" in capsys.readouterr().out


def test_table_replaces_what_stands_between_the_marks(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text(
        "before\n<!-- results -->\nold\n<!-- end of results -->\nafter\n", encoding="utf-8"
    )
    _write(document, [Line("a night", "1.20", "≤ 1.5", "12 s")], Sizes())
    text = document.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- results -->\n\n")
    assert text.endswith("<!-- end of results -->\nafter\n")
    assert "| a night | 1.20 | ≤ 1.5 | 12 s |" in text
    assert str(date.today()) in text
    assert "old" not in text


def test_the_bare_build_makes_the_marts_that_dbt_made(base_city: City, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copyfile(base_city.published.resolve(), warehouse)
    listed = "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
    with duckdb.connect(str(warehouse)) as connection:
        marts = [name for (name,) in connection.execute(listed).fetchall()]
        made_by_dbt = {
            mart: connection.execute(f"select * from marts.{mart} order by all").fetchall()
            for mart in marts
        }
        for mart in marts:
            connection.execute(f"delete from marts.{mart}")
    assert bare_build(base_city.data / "logs" / "dbt_target", warehouse) > 200
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert {
            mart: connection.execute(f"select * from marts.{mart} order by all").fetchall()
            for mart in marts
        } == made_by_dbt


def test_the_command_line_knows_its_benchmarks() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--only", "nothing"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "dev" in done.stderr
