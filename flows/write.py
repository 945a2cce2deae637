"""Write: build the candidate warehouse from what has landed and the seeds. The published warehouse is read here and never written.

The candidate starts as a copy of what is published, so that dbt adds tonight's items only; on a full refresh it starts empty.
"""

import json
import logging
import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from flows.children import run_dbt
from flows.dbt_errors import explain, read_json
from flows.errors import AuditFailed, ShihyoError
from flows.land import LandedItem, contract_file, landed_items
from flows.runs import Run, published_link
from flows.sources import SOURCES
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
        indicator_code varchar, fiscal_year integer, actual_value double, is_provisional boolean
    )
"""


@dataclass(frozen=True)
class Build:
    """What dbt did: how many models and tests, and which tests warned."""

    models: int
    tests: int
    warnings: tuple[str, ...]


def candidate_file(settings: Settings) -> Path:
    """Return the candidate warehouse: tonight's while a run goes, the refused one after a failed audit."""
    return settings.candidate_dir / "warehouse.duckdb"


def project_manifest(settings: Settings) -> Path:
    """Return dbt's manifest of the project as the candidate was built from it."""
    return _target(settings) / "manifest.json"


def write_candidate(settings: Settings, run: Run, *, full_refresh: bool = False) -> Build:
    """Build the candidate; raise AuditFailed when a dbt test fails, ShihyoError when a model does."""
    prepare_candidate(settings, run, full_refresh=full_refresh)
    arguments = ["--no-use-colors", "build", "--exclude-resource-type", "unit_test", "--no-version-check", *_places(settings)]
    places = {"SHIHYO_CANDIDATE": str(candidate_file(settings)), "DBT_LOG_PATH": str(settings.logs_dir)}
    code = run_dbt(settings, arguments, places)
    if code < 0:
        raise ShihyoError(f"write: dbt was ended by signal {-code}; next: run again (signal 9 that nobody sent: the memory was full)")
    return _judge(settings, code == 0)


def _places(settings: Settings) -> list[str]:
    return ["--project-dir", str(_PROJECT), "--profiles-dir", str(_PROJECT), "--target-path", str(_target(settings))]


def _target(settings: Settings) -> Path:
    return settings.logs_dir / "dbt_target"


def prepare_candidate(settings: Settings, run: Run, *, full_refresh: bool) -> None:
    """Lay out the candidate file before dbt begins: what is published, and the schema `night` with the run's facts."""
    settings.candidate_dir.mkdir(parents=True, exist_ok=True)
    for told in (_target(settings) / "run_results.json", project_manifest(settings)):
        told.unlink(missing_ok=True)
    candidate = candidate_file(settings)
    for leftover in settings.candidate_dir.glob("warehouse.duckdb*"):
        leftover.unlink()
    published = published_link(settings)
    if published.exists() and not full_refresh:
        shutil.copyfile(published.resolve(), candidate)
    with duckdb.connect(str(candidate)) as connection:
        connection.execute("create schema if not exists night")
        connection.execute(_AUDIT_RESULTS)
        connection.execute(_PUBLISHED_PROGRESS)
        if published.exists():
            _remember_published(connection, published.resolve(), full_refresh=full_refresh)
        _write_facts(connection, settings, run)


def _remember_published(connection: duckdb.DuckDBPyConnection, published: Path, *, full_refresh: bool) -> None:
    connection.execute(f"attach '{_quoted(published)}' as published (read_only)")
    connection.execute(
        "insert into night.published_progress by name "
        "select indicator_code, fiscal_year, actual_value, is_provisional from published.marts.fct_indicator_progress"
    )
    if full_refresh:
        connection.execute("insert into night.audit_results by name from published.night.audit_results")
    connection.execute("detach published")


def _write_facts(connection: duckdb.DuckDBPyConnection, settings: Settings, run: Run) -> None:
    known = {row[0] for row in connection.execute(_KNOWN_ITEMS).fetchall()} if _has_items(connection) else set()
    items = pa.Table.from_pylist([_item_row(settings, item, known) for item in landed_items(settings)], schema=_ITEMS)
    contracts = pa.table(
        {
            "source_name": [*(source.name for source in SOURCES), "rejected"],
            "path": [str(contract_file(settings, name)) for name in [*(source.name for source in SOURCES), "rejected"]],
        }
    )
    context = pa.table(
        {
            "run_id": [run.run_id],
            "warehouse_version": [run.version],
            "as_of": pa.array([run.as_of], pa.date32()),
            "is_demo": [settings.is_demo],
            "started_at": pa.array([run.started_at.replace(tzinfo=None)], pa.timestamp("us")),
        }
    )
    for name, table in (("landed_items", items), ("contracts", contracts), ("run_context", context)):
        connection.register("handed_over", table)
        connection.execute(f"create or replace table night.{name} as from handed_over")
        connection.unregister("handed_over")
    run.counts["items_landed_in_all"] = items.num_rows


_KNOWN_ITEMS = "select item_id from night.landed_items"
_ITEMS = pa.schema(
    [
        ("item_id", pa.string()),
        ("source_name", pa.string()),
        ("item_key", pa.string()),
        ("origin", pa.string()),
        ("sha256", pa.string()),
        ("encoding", pa.string()),
        ("data_path", pa.string()),
        ("rejected_path", pa.string()),
        ("byte_count", pa.int64()),
        ("contract_version", pa.int32()),
        ("rows_read", pa.int64()),
        ("rows_landed", pa.int64()),
        ("rows_rejected", pa.int64()),
        ("is_new", pa.bool_()),
        ("business_date", pa.date32()),
        ("known_from", pa.date32()),
        ("landed_at", pa.timestamp("us")),
    ]
)


def _has_items(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = 'night' and table_name = 'landed_items'"
    ).fetchall()
    return bool(found[0][0])


def _item_row(settings: Settings, item: LandedItem, known: set[str]) -> dict[str, Any]:
    manifest = item.manifest
    item_id = item.folder.relative_to(settings.landing_dir).as_posix()
    return {
        "item_id": item_id,
        "source_name": manifest.source_name,
        "item_key": manifest.item_key,
        "origin": manifest.origin,
        "sha256": manifest.sha256,
        "encoding": manifest.encoding,
        "data_path": str(item.folder / "data.parquet"),
        "rejected_path": str(item.folder / "rejected.parquet"),
        "byte_count": manifest.bytes,
        "contract_version": manifest.contract_version,
        "rows_read": manifest.rows_read,
        "rows_landed": manifest.rows_landed,
        "rows_rejected": manifest.rows_rejected,
        "is_new": item_id not in known,
        "business_date": date.fromisoformat(manifest.business_date) if manifest.business_date else None,
        "known_from": date.fromisoformat(manifest.known_from),
        "landed_at": datetime.fromisoformat(manifest.landed_at).replace(tzinfo=None),
    }


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _judge(settings: Settings, succeeded: bool) -> Build:
    results_file = _target(settings) / "run_results.json"
    if not results_file.exists():
        output = (settings.logs_dir / "dbt-output.log").read_text(encoding="utf-8", errors="replace")
        reason = explain([], output, {}, _PROJECT) or "dbt did not begin to build"
        raise ShihyoError(f"write: {reason}; next: read {settings.logs_dir / 'dbt.log'}")
    results = json.loads(results_file.read_text(encoding="utf-8"))["results"]
    failed = [result for result in results if result["status"] in ("error", "fail", "runtime error")]
    tests = [result for result in results if result["unique_id"].startswith("test.")]
    broken = [result for result in failed if not result["unique_id"].startswith("test.") or result["status"] != "fail"]
    if broken:
        reason = explain(results, "", read_json(project_manifest(settings)), _PROJECT) or "dbt failed"
        raise ShihyoError(f"write: {reason}; next: read {settings.logs_dir / 'dbt.log'}")
    if failed:
        names = ", ".join(f"{result['unique_id'].split('.')[2]} ({result['failures']} rows)" for result in failed)
        raise AuditFailed(f"audit: dbt test {names} did not hold; nothing was published; next: read {settings.logs_dir / 'dbt.log'}")
    if not succeeded:
        raise ShihyoError(f"write: dbt failed; next: read {settings.logs_dir / 'dbt.log'}")
    warned = tuple(result["unique_id"].split(".")[2] for result in results if result["status"] == "warn")
    return Build(models=len(results) - len(tests), tests=len(tests), warnings=warned)
