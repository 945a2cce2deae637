"""dbt in a process of its own, which ends with its parent.

Run as `python -m flows.children.dbt build OPTIONS…` or `… changes STATE PLACES…`, by the functions
here.
"""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from flows.children.folding import FOLDED_HERE, Folding, folding_asked_for
from flows.children.process import QUIET, child, die_with_parent
from flows.errors import SourceUnavailable, UsageError
from settings import ROOT

# What an edit concerns; and the views that it reads, which name only the published night's new
# items until they are made anew.
CHANGES = ("state:modified+", "@state:modified,config.materialized:view")


def run_dbt(warehouse: Path, options: list[str], logs: Path, folding: Folding | None = None) -> int:
    """Build a candidate and return dbt's exit code; it prints to `dbt-output.log` in `logs`.

    What the project reads otherwise than when the candidate's tables were built is read again.
    With `folding`, what tonight's items determine is folded on a cluster; where that cannot be
    done, it is folded here, and a line that begins with FOLDED_HERE says why.
    """
    logs.mkdir(parents=True, exist_ok=True)
    return _run(["build", *options], warehouse, logs, folding.environment() if folding else {})


def run_dbt_on_changes(warehouse: Path, state: Path, places: list[str], logs: Path) -> int:
    """Build and test what differs from the project whose manifest lies in `state`.

    Returns the exit code. Incremental models among it are built anew. `places` are dbt's options
    for its folders; what dbt prints goes into `logs`.
    """
    return _run(["changes", str(state), *places], warehouse, logs)


def _run(
    arguments: list[str], warehouse: Path, logs: Path, more: dict[str, str] | None = None
) -> int:
    environment = {
        **QUIET,
        **(more or {}),
        # dbt parses the whole project anew when its profile has changed, so the profile names a
        # file of the folder that dbt works in.
        "SHIHYO_CANDIDATE": warehouse.name,
        "PYTHONPATH": str(ROOT),
        "DBT_LOG_PATH": str(logs),
        "DBT_LOG_LEVEL_FILE": "none",  # what it prints is kept
    }
    module, folder = "flows.children.dbt", warehouse.parent
    with (
        (logs / "dbt-output.log").open("wb") as output,
        child(module, arguments, output.fileno(), environment, folder) as process,
    ):
        return process.wait()


def _build_candidate(options: list[str]) -> bool:
    """Parse once, prepare the candidate for what was edited, and build."""
    from dbt.cli.main import dbtRunner

    from flows.children.dbt_shortcuts import read_what_was_folded
    from flows.children.edits import keep_what_still_stands, passing_over

    parsed = dbtRunner().invoke(["parse", "--no-write-json", *options])
    if not parsed.success:
        return False
    manifest: Any = parsed.result
    standing = keep_what_still_stands(manifest, Path(os.environ["SHIHYO_CANDIDATE"]))
    runner = dbtRunner(manifest=manifest)
    if folding := folding_asked_for():
        from flows.children.fold_models import fold

        try:
            folded = fold(manifest, lambda words: runner.invoke([*words, *options]), folding)
        except (SourceUnavailable, UsageError) as error:
            sys.stdout.write(f"{FOLDED_HERE}: {error}\n")
        else:
            read_what_was_folded(folded)
    words = ["build", "--exclude-resource-type", "unit_test", *passing_over(standing), *options]
    return runner.invoke(words).success


def _build_changes(arguments: list[str]) -> bool:
    """Parse once and build what changed; then test what `dbt build` passes over.

    That is: changed unit tests of unchanged models.
    """
    from dbt.cli.main import dbtRunner

    state, *places = arguments
    options = ["--no-use-colors", "--no-version-check", *places]
    parsed = dbtRunner().invoke(["parse", *options])
    if not parsed.success:
        return False
    manifest: Any = parsed.result
    runner = dbtRunner(manifest=manifest)
    known = Path(state) / "manifest.json"
    if not known.exists():
        return runner.invoke(["build", "--full-refresh", *options]).success
    results = Path(places[places.index("--target-path") + 1]) / "run_results.json"
    selected = ["--select", *CHANGES, "--state", state, "--full-refresh"]
    if not runner.invoke(["build", *selected, *options]).success:
        return False
    results.replace(results.with_name("run_results_build.json"))
    before = json.loads(known.read_text(encoding="utf-8"))["unit_tests"]
    checksums = {key: test.get("checksum") for key, test in before.items()}
    unit_tests = manifest.unit_tests.items()
    edited = [test.name for key, test in unit_tests if test.checksum != checksums.get(key)]
    tests = [f"unit_test:{name}" for name in edited]
    return not tests or runner.invoke(["test", "--select", *tests, *options]).success


def _main(task: str, arguments: list[str]) -> int:
    die_with_parent()
    from flows.children.dbt_shortcuts import CompiledTemplates, take_shortcuts

    templates = CompiledTemplates(_parsed_project(arguments).with_name("compiled_templates"))
    take_shortcuts(templates)
    build = {"build": _build_candidate, "changes": _build_changes}[task]
    succeeded = build(arguments)
    with suppress(OSError):  # a disk that is full fails what has to be written
        templates.keep()
    return 0 if succeeded else 1


def _parsed_project(arguments: list[str]) -> Path:
    """Return the file in which dbt keeps the project as it has parsed it."""
    own = os.environ.get("DBT_PARTIAL_PARSE_FILE_PATH")
    target = arguments[arguments.index("--target-path") + 1]
    return Path(own) if own else Path(target) / "partial_parse.msgpack"


if __name__ == "__main__":
    code = _main(sys.argv[1], sys.argv[2:])
    sys.stdout.flush()
    os._exit(code)  # the DuckDB client prints leaked objects at an ordinary exit
