"""The list of departments is held against itself: each contradiction fails the test that is named
after it.
"""

import os
import shutil
import subprocess
from pathlib import Path

import duckdb
from harness.ready_python import ready_python
from small_city import ROOT, City

# Two of one name at once; an end before its beginning; a predecessor that is none; a successor that
# is none; a successor that is older; a circle; a split that does not say who goes on.
CONTRADICTIONS = (
    ("X01", "総務局", "2024-04-01", None, None, None),
    ("X02", "二局", "2024-04-01", "2023-03-31", None, None),
    ("X03", "三局", "2024-04-01", None, "X99", None),
    ("X04", "四局", "2024-04-01", "2025-03-31", None, "X98"),
    ("X05", "五局", "2024-04-01", "2025-03-31", None, "B01"),
    ("X06", "六局", "2024-04-01", "2025-03-31", None, "X07"),
    ("X07", "七局", "2025-04-01", "2026-03-31", None, "X06"),
    ("X08", "八局", "2024-04-01", "2025-03-31", None, None),
    ("X09", "九局", "2025-04-01", None, "X08", None),
    ("X10", "十局", "2025-04-01", None, "X08", None),
)
RULES = {
    "assert_departments_of_one_name_are_not_valid_at_once": 1,
    "assert_no_department_ends_before_it_begins": 1,
    "assert_predecessors_and_successors_are_departments": 2,
    "assert_no_successor_begins_before_its_predecessor": 2,
    "assert_no_department_comes_after_itself": 3,  # the circle, and the line that ends with nobody
    "assert_a_split_names_the_department_that_goes_on": 1,
}


def test_every_contradiction_among_departments_fails_the_rule_against_it(
    base_city: City, tmp_path: Path
) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copyfile(base_city.published.resolve(), warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.executemany(
            "insert into seeds.org_units by name select $1 as org_unit_code, $2 as name_ja, $2 as"
            " name_en, 'bureau' as kind, cast($3 as date) as valid_from, cast($4 as date) as"
            " valid_to, $5 as predecessor_code, $6 as successor_code, true as is_simulated",
            CONTRADICTIONS,
        )
    project = ROOT / "dbt_project"
    places = [
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(project),
        "--target-path",
        str(tmp_path / "target"),
    ]
    environment = {
        **os.environ,
        "SHIHYO_CANDIDATE": str(warehouse),
        "DBT_LOG_PATH": str(tmp_path),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    for words in (("run", "--select", "int_org_unit_lineages"), ("test", "--select", *RULES)):
        command = [ready_python(), "-m", "dbt.cli.main", *words, *places]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout
    for rule, contradictions in RULES.items():
        assert f"FAIL {contradictions} {rule} " in done.stdout, done.stdout
