"""dbt for nights that tests run within their own process: imported and parsed once, then forked for
each build.

A fork begins with nothing of the build before it, as a process of its own would, and without a
process's seconds of imports and parsing. Run as `python -m harness.dbt_forks PROJECT TARGET TEMPLATES` by
`dbt_forks`; it ends with its standard input.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.parsed_project import parsed_project
from harness.ready_python import ready_python

ROOT = Path(__file__).parents[2]
Builder = Callable[[list[str], dict[str, str], Path], int]


@contextmanager
def dbt_forks(project: Path, target: Path) -> Iterator[Builder]:
    """Give a function that runs dbt on a project with arguments, an environment and a log, and
    returns its exit code.

    The project is parsed once: its seeds may change from build to build, its models may not.
    """
    quiet = {
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_LOG_PATH": str(target),
    }
    own = {
        "SHIHYO_CANDIDATE": str(target / "warehouse.duckdb"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
    }
    templates = parsed_project().with_name("compiled_templates")
    keeper = subprocess.Popen(
        [ready_python(), "-m", "harness.dbt_forks", str(project), str(target), str(templates)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, **quiet, **own},
        text=True,
    )
    assert keeper.stdin
    assert keeper.stdout
    said = keeper.stdout

    def build(arguments: list[str], environment: dict[str, str], log: Path) -> int:
        print(json.dumps([arguments, environment, str(log)]), file=keeper.stdin, flush=True)
        answer = said.readline()
        assert answer, "dbt could not be loaded, or the project not be parsed"
        return int(answer)

    try:
        yield build
    finally:
        keeper.stdin.close()
        keeper.wait(timeout=60)


def _keep(project: str, target: str, compiled: str) -> None:
    # What dbt prints goes to the build's log; this process answers on the output that it was given.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    from dbt.cli.main import dbtRunner

    from flows.children.dbt_shortcuts import CompiledTemplates, take_shortcuts
    from flows.children.edits import keep_what_still_stands, passing_over

    templates = CompiledTemplates(Path(compiled))
    take_shortcuts(templates)
    options = [
        "--project-dir",
        project,
        "--profiles-dir",
        project,
        "--target-path",
        target,
        "--no-version-check",
    ]
    parsed = dbtRunner().invoke(["--quiet", "parse", *options])
    if not parsed.success:
        raise SystemExit(f"dbt parse: {parsed.exception}")
    for line in sys.stdin:
        arguments, environment, log = json.loads(line)
        child = os.fork()
        if child == 0:
            output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.environ.update(environment)
            candidate = Path(environment["SHIHYO_CANDIDATE"])
            standing = keep_what_still_stands(parsed.result, candidate)
            arguments += passing_over(standing)
            succeeded = dbtRunner(manifest=parsed.result).invoke(arguments).success
            templates.keep()
            sys.stdout.flush()
            os._exit(0 if succeeded else 1)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


if __name__ == "__main__":
    _keep(*sys.argv[1:])
    sys.stderr.flush()
    os._exit(0)  # the DuckDB client prints leaked objects at an ordinary exit
