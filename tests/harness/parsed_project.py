"""The dbt project as dbt has parsed it: once for all deployments of a run of the tests."""

import fcntl
import functools
import os
import subprocess
from pathlib import Path

from harness.ready_python import ROOT, ready_python

_PROJECT = ROOT / "dbt_project"


@functools.cache
def parsed_project() -> Path:
    """Return the file that dbt reads, and so parses only what differs from it."""
    folder = Path(ready_python()).with_name("parsed")
    folder.mkdir(exist_ok=True)
    file = folder / "partial_parse.msgpack"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            places = [
                "--project-dir",
                _PROJECT,
                "--profiles-dir",
                _PROJECT,
                "--target-path",
                folder,
            ]
            subprocess.run(
                [
                    ready_python(),
                    "-c",
                    "from dbt.cli.main import cli; cli()",
                    "parse",
                    *map(str, places),
                ],
                env={
                    **os.environ,
                    "SHIHYO_CANDIDATE": "warehouse.duckdb",
                    "DBT_LOG_PATH": str(folder),
                    "DBT_QUIET": "1",
                },
                cwd=folder,
                check=True,
            )
    return file
