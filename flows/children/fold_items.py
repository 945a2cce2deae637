"""What a task on an executor does: fold some landed items, each by itself, in a DuckDB of its own."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import duckdb
import pyarrow as pa

from flows.machine.rights import keep_private

LANDED_ITEMS = "landed_items"


@dataclass(frozen=True)
class Statement:
    """What a model is made by: its relation, and the SQL of a view or of what is folded."""

    name: str
    relation: str
    sql: str


@dataclass(frozen=True)
class Plan:
    """All that a task needs but the item: the views below the folded models in their order, the
    models, and the tables that these read.
    """

    database: str
    views: tuple[Statement, ...]
    models: tuple[Statement, ...]
    tables: tuple[tuple[str, pa.Table], ...]
    folder: Path
    memory_mib: int


@dataclass(frozen=True)
class Piece:
    """An item to fold: its file, the zero-row file of its contract, and its rows among the landed
    items, with those of the same item's other landings.
    """

    item_id: str
    paths: tuple[str, ...]
    landed: pa.Table


def fold_items(plan: Plan, pieces: Iterator[Piece]) -> Iterator[tuple[str, ...]]:
    """Write for each item what each model makes of it, and yield the names of the models that could
    not be folded.

    A file is there whole or not at all; whoever folds an item again writes the same.
    """
    keep_private()
    with duckdb.connect(":memory:") as connection:
        _lay_out(connection, plan)
        for piece in pieces:
            try:
                _take_up(connection, plan, piece)
            except duckdb.Error:
                yield tuple(model.name for model in plan.models)
            else:
                yield tuple(
                    model.name
                    for model in plan.models
                    if not _folded(connection, plan, model, piece)
                )


def folded_file(folder: Path, model_name: str, item_id: str) -> Path:
    """Return where a model's rows of an item are put."""
    return folder / model_name / f"{hashlib.sha256(item_id.encode()).hexdigest()[:32]}.parquet"


def _lay_out(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Make a database in which the compiled SQL finds what it names."""
    connection.execute(f"set threads = 1; set memory_limit = '{plan.memory_mib}MiB'")
    connection.execute(f"attach ':memory:' as {_name(plan.database)}; use {_name(plan.database)}")
    for relation, table in plan.tables:
        _make_schema(connection, relation)
        connection.register("handed_over", table)
        connection.execute(f"create table {relation} as from handed_over")
        connection.unregister("handed_over")


def _take_up(connection: duckdb.DuckDBPyConnection, plan: Plan, piece: Piece) -> None:
    """Let the views read one item. They are made anew: they name its files."""
    connection.execute("create schema if not exists night")
    connection.register("handed_over", piece.landed)
    connection.execute(f"create or replace table night.{LANDED_ITEMS} as from handed_over")
    connection.unregister("handed_over")
    connection.execute("set variable item_paths = $paths", {"paths": list(piece.paths)})
    for view in plan.views:
        _make_schema(connection, view.relation)
        connection.execute(f"create or replace view {view.relation} as {view.sql}")


def _folded(
    connection: duckdb.DuckDBPyConnection, plan: Plan, model: Statement, piece: Piece
) -> bool:
    """Return whether a model could be folded: what was wrong may quote a row, and is not told."""
    file = folded_file(plan.folder, model.name, piece.item_id)
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(f".{uuid4().hex}")
    written = str(temporary).replace("'", "''")
    try:
        connection.execute(f"copy ({model.sql}) to '{written}' (format parquet, compression zstd)")
    except duckdb.Error:
        temporary.unlink(missing_ok=True)
        return False
    temporary.replace(file)
    return True


def _make_schema(connection: duckdb.DuckDBPyConnection, relation: str) -> None:
    schema = relation.rpartition(".")[0]
    connection.execute(f"create schema if not exists {schema}")


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
