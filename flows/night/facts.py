"""The facts of a night, as dbt is handed them in the schema `night`: the run, what has landed, and what each source's contract says."""

from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from flows.landing.land import LandedItem, contract_file, landed_items
from flows.run import Run
from flows.sources import SOURCES
from settings import Settings


def write_facts(connection: duckdb.DuckDBPyConnection, settings: Settings, run: Run) -> None:
    """Write the facts into an open candidate, each table anew; items that the candidate knows already are not new."""
    known = {row[0] for row in connection.execute(_KNOWN_ITEMS).fetchall()} if _has_items(connection) else set()
    items = pa.Table.from_pylist([_item_row(settings, item, known) for item in landed_items(settings)], schema=_ITEMS)
    contracts = pa.Table.from_pylist(_contract_rows(settings), schema=_CONTRACTS)
    columns = pa.Table.from_pylist(_column_rows(), schema=_CONTRACT_COLUMNS)
    context = pa.table(
        {
            "run_id": [run.run_id],
            "warehouse_version": [run.version],
            "as_of": pa.array([run.as_of], pa.date32()),
            "is_demo": [settings.is_demo],
            "started_at": pa.array([run.started_at.replace(tzinfo=None)], pa.timestamp("us")),
        }
    )
    for name, table in (
        ("landed_items", items),
        ("contracts", contracts),
        ("contract_columns", columns),
        ("run_context", context),
    ):
        connection.register("handed_over", table)
        connection.execute(f"create or replace table night.{name} as from handed_over")
        connection.unregister("handed_over")
    run.counts["items_landed_in_all"] = items.num_rows


def _contract_rows(settings: Settings) -> list[dict[str, Any]]:
    rows = [
        {
            "source_name": source.name,
            "path": str(contract_file(settings, source.name)),
            "contract_file": source.contract.file,
            "owner_ja": source.contract.owner_ja,
            "owner_en": source.contract.owner_en,
            "delivers_within_days": source.contract.delivers_within_days,
            "may_be_stale_days": source.contract.may_be_stale_days,
        }
        for source in SOURCES
    ]
    return [*rows, {"source_name": "rejected", "path": str(contract_file(settings, "rejected"))}]


def _column_rows() -> list[dict[str, Any]]:
    return [
        {
            "source_name": source.name,
            "column_name": column.name,
            "shown_name": column.landed_names[-1],
            "heading": column.headings[0],
            "kind": column.kind,
            "is_personal": column.is_personal,
            "position": position,
        }
        for source in SOURCES
        for position, column in enumerate(source.contract.columns)
    ]


_CONTRACTS = pa.schema(
    [
        ("source_name", pa.string()),
        ("path", pa.string()),
        ("contract_file", pa.string()),
        ("owner_ja", pa.string()),
        ("owner_en", pa.string()),
        ("delivers_within_days", pa.int32()),
        ("may_be_stale_days", pa.int32()),
    ]
)
_CONTRACT_COLUMNS = pa.schema(
    [
        ("source_name", pa.string()),
        ("column_name", pa.string()),
        ("shown_name", pa.string()),
        ("heading", pa.string()),
        ("kind", pa.string()),
        ("is_personal", pa.bool_()),
        ("position", pa.int32()),
    ]
)
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
        ("rows_erased", pa.int64()),
        ("notes", pa.string()),
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
        "rows_erased": manifest.rows_erased,
        "notes": "; ".join(manifest.notes) or None,
        "is_new": item_id not in known,
        "business_date": date.fromisoformat(manifest.business_date) if manifest.business_date else None,
        "known_from": date.fromisoformat(manifest.known_from),
        "landed_at": datetime.fromisoformat(manifest.landed_at).replace(tzinfo=None),
    }
