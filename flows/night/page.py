"""What Prefect's page shows of a night: how it went, what was judged, what changed, how far dbt is.

It tells what the ledger and the app tell, and no more: counts, findings and figures, never a row.
"""

import contextvars
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.errors import AuditFailed, HeldForApproval
from flows.paths import candidate_file
from flows.reading.run_report import changes_table, line, run_report
from flows.run import Run
from published import published_version
from settings import Settings

_FINDINGS = """
    select checkpoint_name, expectation_name, severity, is_success, observed, message
    from night.audit_results
    where run_id = $run_id
    order by is_success, severity, checkpoint_name, expectation_name
"""
# dbt prints `12 of 345 OK created …` of each thing that it has done, and START before it.
_DONE = re.compile(r"\b\d+ of (\d+) (?!START)[A-Z]+")
_LOOK_SECONDS = 3.0


@contextmanager
def told(settings: Settings, run: Run) -> Iterator[None]:
    """Leave a summary of the night on its page, however it ends."""
    try:
        yield
    except Exception as error:
        with suppress(Exception):  # it must not hide why the night failed
            _tell(settings, run, f"**{type(error).__name__}**: {line(error)}")
        raise
    _tell(settings, run, f"Version `{run.version}` is published.")


def _tell(settings: Settings, run: Run, ended: str) -> None:
    create_markdown_artifact(
        run_report(run, ended, published_version(settings)),
        key="night",
        description=f"{run.command} as of {run.as_of}",
    )


@contextmanager
def judged(settings: Settings, run: Run) -> Iterator[None]:
    """Show what was judged while the block ran, also when the audit refused it."""
    try:
        yield
    except AuditFailed:
        with suppress(Exception):  # it must not hide what was refused
            show_expectations(settings, run)
        raise
    show_expectations(settings, run)


def show_expectations(settings: Settings, run: Run) -> None:
    """Show what every expectation found, those that did not hold first."""
    with duckdb.connect(str(candidate_file(settings)), read_only=True) as connection:
        found = connection.execute(_FINDINGS, {"run_id": run.run_id}).fetchall()
    columns = ("checkpoint", "expectation", "severity", "holds", "observed", "message")
    rows = [
        dict(zip(columns, (*row[:3], "yes" if row[3] else "NO", *map(_text, row[4:])), strict=True))
        for row in found
    ]
    if rows:
        missed = sum(row["holds"] == "NO" for row in rows)
        seen = f"{len(rows)} judged, {missed} do not hold; as of {run.as_of}"
        create_table_artifact(rows, key="expectations", description=seen)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


@contextmanager
def compared(run: Run) -> Iterator[None]:
    """Show what readers will see change, as the block finds it, also when it is held."""
    try:
        yield
    except HeldForApproval:
        with suppress(Exception):  # it must not hide why the version is held
            show_what_changes(run)
        raise
    show_what_changes(run)


def show_what_changes(run: Run) -> None:
    """Show which figures readers will see change, and which of them wait for approval."""
    if not run.published_before:
        return
    create_markdown_artifact(
        changes_table(run.changes) or "Nothing changes for readers.",
        key="what-changed",
        description=f"{len(run.changes)} changes for readers; as of {run.as_of}",
    )


@contextmanager
def dbt_progress(settings: Settings, run: Run) -> Iterator[None]:
    """Show while the block runs how much of what dbt has to do is done, as its output tells."""
    output = settings.logs_dir / "dbt-output.log"
    output.unlink(missing_ok=True)
    artifact: Any = create_progress_artifact(0.0, key="dbt", description=f"as of {run.as_of}")
    ended = threading.Event()

    def follow() -> None:
        while not ended.wait(_LOOK_SECONDS):
            with suppress(Exception):  # the next look may find the server again
                update_progress_artifact(artifact, done_percent(output))

    thread = threading.Thread(target=contextvars.copy_context().run, args=(follow,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=2)  # it may be waiting for a server that has gone
    update_progress_artifact(artifact, 100.0)


def done_percent(output: Path) -> float:
    """Return how much dbt's output says is done, in percent."""
    try:
        found = _DONE.findall(output.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        return 0.0
    return min(100.0, round(100 * len(found) / int(found[-1]), 1)) if found else 0.0
