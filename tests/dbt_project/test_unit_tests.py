"""The dbt unit tests hold: the arithmetic of the models on rows written by hand."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from harness.ready_python import ready_python
from small_city import ROOT, City


def test_dbt_unit_tests_hold(base_city: City, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copyfile(base_city.published.resolve(), warehouse)
    project = ROOT / "dbt_project"
    places = [
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(project),
        "--target-path",
        str(tmp_path / "target"),
    ]
    done = subprocess.run(
        [ready_python(), "-m", "dbt.cli.main", "test", "--select", "test_type:unit", *places],
        env={
            **os.environ,
            "SHIHYO_CANDIDATE": str(warehouse),
            "DBT_LOG_PATH": str(tmp_path),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    declared = sum(
        len(re.findall(r"^    model: ", file.read_text(encoding="utf-8"), re.M))
        for file in (project / "models").rglob("*.yml")
    )
    assert declared > 20
    assert f"PASS={declared} WARN=0" in done.stdout, done.stdout
