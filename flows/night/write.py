"""Write: build the candidate warehouse from what has landed and the seeds. The published warehouse
is read here and never written.

The candidate starts as a copy of what is published, so that dbt adds tonight's items only; on a
full refresh it starts empty.
"""

import json
import logging
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from flows.children.dbt import run_dbt
from flows.children.dbt_errors import explain, first_finding, read_json
from flows.children.edits import READ_AGAIN
from flows.children.folding import FOLDED_HERE, folding_of
from flows.errors import AuditFailed, ShihyoError
from flows.machine.files import remove_beside
from flows.night.facts import write_facts
from flows.paths import candidate_file
from flows.run import Run
from published import published_link
from settings import ROOT, Settings

log = logging.getLogger("shihyo.write")

_PROJECT = ROOT / "dbt_project"

_AUDIT_RESULTS = """
    create table if not exists night.audit_results (
        run_id varchar, checkpoint_name varchar, suite_name varchar, expectation_name varchar, severity varchar,
        is_success boolean, observed varchar, message varchar, as_of date, audited_at timestamp
    )
"""
_PUBLISHED_PROGRESS = """
    create or replace table night.published_progress (
        indicator_code varchar, fiscal_year integer, actual_value double, target_value double, target_text varchar,
        status varchar, official_rating varchar, is_provisional boolean, measured_to date
    )
"""
_PUBLISHED_ORG_UNITS = """
    create or replace table night.published_org_units (
        org_unit_code varchar, name_ja varchar, name_en varchar
    )
"""
_PUBLISHED_WATCHES = """
    create or replace table night.published_watches (watch_code varchar, is_reached boolean)
"""
# What the incremental models of the published version were built with; of a version older than the
# register, nothing.
_PUBLISHED_CORRECTIONS = """
    create or replace table night.published_corrections (
        correction_id varchar, source_name varchar, item_key varchar, source_row bigint, column_name varchar, recorded_value varchar,
        corrected_value varchar
    )
"""


@dataclass(frozen=True)
class Build:
    """What dbt did: how many seeds and models it built and how many tests it ran, how many of all
    it passed over because they rest on seeds alone and stand in what is published, which tests
    warned, and which models it built from all that has landed because what they read, or how, was
    edited; and why it folded on this machine what a cluster was to fold, if it did.
    """

    models: int
    tests: int
    standing: int
    warnings: tuple[str, ...]
    read_again: tuple[str, ...] = ()
    folded_here: str | None = None


def project_manifest(settings: Settings) -> Path:
    """Return dbt's manifest of the project as the candidate was built from it."""
    return _target(settings) / "manifest.json"


def write_candidate(settings: Settings, run: Run, *, full_refresh: bool = False) -> Build:
    """Build the candidate; raise AuditFailed when a dbt test fails, ShihyoError when a model does."""
    prepare_candidate(settings, run, full_refresh=full_refresh)
    return build_candidate(settings)


def build_candidate(settings: Settings) -> Build:
    """Build what has been prepared; raises as `write_candidate` does."""
    options = ["--no-use-colors", "--no-version-check", *_places(settings)]
    folding = folding_of(settings)
    code = run_dbt(candidate_file(settings), options, settings.logs_dir, folding)
    shutil.rmtree(settings.folded_dir, ignore_errors=True)
    if code < 0:
        raise ShihyoError(
            f"write: dbt was ended by signal {-code}; next: run again; the system's log tells"
            " whether its memory was full"
        )
    build = _judge(settings, code == 0)
    again = _models_read_again(candidate_file(settings))
    trouble = _why_folded_here(settings) if folding else None
    return replace(build, read_again=again, folded_here=trouble)


def _why_folded_here(settings: Settings) -> str | None:
    printed = (settings.logs_dir / "dbt-output.log").read_text(encoding="utf-8", errors="replace")
    return next((line for line in printed.splitlines() if line.startswith(FOLDED_HERE)), None)


def _models_read_again(candidate: Path) -> tuple[str, ...]:
    with duckdb.connect(str(candidate), read_only=True) as connection:
        found = connection.execute(
            "select distinct model_name from night.models_read_again order by model_name"
        ).fetchall()
    return tuple(name for (name,) in found)


def _places(settings: Settings) -> list[str]:
    return [
        "--project-dir",
        str(_PROJECT),
        "--profiles-dir",
        str(_PROJECT),
        "--target-path",
        str(_target(settings)),
    ]


def _target(settings: Settings) -> Path:
    return settings.logs_dir / "dbt_target"


def prepare_candidate(settings: Settings, run: Run, *, full_refresh: bool) -> None:
    """Lay out the candidate file before dbt begins: what is published, and the schema `night` with
    the run's facts.
    """
    settings.candidate_dir.mkdir(parents=True, exist_ok=True)
    for file in (_target(settings) / "run_results.json", project_manifest(settings)):
        file.unlink(missing_ok=True)
    candidate = candidate_file(settings)
    remove_beside(candidate)
    published = published_link(settings)
    if published.exists() and not full_refresh:
        shutil.copyfile(published.resolve(), candidate)
    with duckdb.connect(str(candidate)) as connection:
        connection.execute("create schema if not exists night")
        connection.execute(_AUDIT_RESULTS)
        connection.execute(_PUBLISHED_PROGRESS)
        connection.execute(_PUBLISHED_ORG_UNITS)
        connection.execute(_PUBLISHED_WATCHES)
        connection.execute(_PUBLISHED_CORRECTIONS)
        connection.execute(READ_AGAIN)
        if published.exists():
            _remember_published(connection, published.resolve(), full_refresh=full_refresh)
        write_facts(connection, settings, run)


def _remember_published(
    connection: duckdb.DuckDBPyConnection, published: Path, *, full_refresh: bool
) -> None:
    connection.execute(f"attach '{_quoted(published)}' as published (read_only)")
    connection.execute(
        "insert into night.published_progress by name select indicator_code, fiscal_year,"
        " actual_value, target_value, target_text, status, official_rating, is_provisional,"
        " measured_to from published.marts.fct_indicator_progress"
    )
    connection.execute(
        "insert into night.published_org_units by name select org_unit_code, name_ja, name_en from"
        " published.marts.dim_org_units where valid_to is null"
    )
    if _has(connection, "marts", "fct_watches"):
        connection.execute(
            "insert into night.published_watches by name select watch_code, is_reached from"
            " published.marts.fct_watches"
        )
    if full_refresh:
        connection.execute(
            "insert into night.audit_results by name from published.night.audit_results"
        )
    elif _has(connection, "seeds", "corrections"):
        connection.execute(
            "insert into night.published_corrections by name select correction_id, source_name,"
            " item_key, source_row, column_name, recorded_value, corrected_value from"
            " published.seeds.corrections"
        )
    connection.execute("detach published")


def _has(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Tell whether the published version has a table or view: an earlier release may have none."""
    found = connection.execute(
        "select count(*) from information_schema.tables where table_catalog = 'published' and"
        " table_schema = ? and table_name = ?",
        [schema, table],
    ).fetchall()
    return bool(found[0][0])


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _judge(settings: Settings, succeeded: bool) -> Build:
    results_file = _target(settings) / "run_results.json"
    if not results_file.exists():
        output = (settings.logs_dir / "dbt-output.log").read_text(
            encoding="utf-8", errors="replace"
        )
        reason = explain([], output, {}, _PROJECT) or "dbt did not begin to build"
        raise ShihyoError(f"write: {reason}; next: read {settings.logs_dir / 'dbt-output.log'}")
    results = json.loads(results_file.read_text(encoding="utf-8"))["results"]
    failed = [
        result for result in results if result["status"] in ("error", "fail", "runtime error")
    ]
    tests = [result for result in results if result["unique_id"].startswith("test.")]
    broken = [
        result
        for result in failed
        if not result["unique_id"].startswith("test.") or result["status"] != "fail"
    ]
    if broken:
        reason = (
            explain(results, "", read_json(project_manifest(settings)), _PROJECT) or "dbt failed"
        )
        raise ShihyoError(f"write: {reason}; next: read {settings.logs_dir / 'dbt-output.log'}")
    if failed:
        names = ", ".join(
            f"{result['unique_id'].split('.')[2]} ({result['failures']} rows)" for result in failed
        )
        finding, next_step = first_finding(failed, candidate_file(settings)) or (
            "",
            f"read {settings.logs_dir / 'dbt-output.log'}",
        )
        raise AuditFailed(
            f"audit: dbt test {names} did not hold{f': {finding}' if finding else ''}; nothing was"
            f" published; next: {next_step}"
        )
    if not succeeded:
        raise ShihyoError(f"write: dbt failed; next: read {settings.logs_dir / 'dbt-output.log'}")
    warned = tuple(
        result["unique_id"].split(".")[2] for result in results if result["status"] == "warn"
    )
    built = sum(result["unique_id"].startswith(("seed.", "model.")) for result in results)
    of_project = read_json(project_manifest(settings)).get("nodes", {})
    standing = len(of_project.keys() - {result["unique_id"] for result in results})
    return Build(built, len(tests), standing, warnings=warned)
