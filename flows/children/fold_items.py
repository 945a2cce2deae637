"""What a task on an executor does: fold some landed items, each by itself, in a DuckDB of its own."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from flows.children.fold_places import FoldPlace, fold_place_of
from flows.errors import SourceUnavailable
from flows.machine.rights import keep_private
from settings import EngineSettings

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
    models, the tables that these read, and where files are. `fold_id` tells what it makes from what
    another fold did, of which a task may still be at work.
    """

    fold_id: str
    database: str
    views: tuple[Statement, ...]
    models: tuple[Statement, ...]
    tables: tuple[tuple[str, pa.Table], ...]
    landing: Path
    folder: Path
    engine: EngineSettings
    memory_mib: int

    def folded_name(self, model_name: str, item_id: str) -> str:
        """Return the name below `folded/` of what a model made of an item."""
        item = hashlib.sha256(item_id.encode()).hexdigest()[:32]
        return f"{self.fold_id}/{model_name}/{item}.parquet"


@dataclass(frozen=True)
class Piece:
    """An item to fold: the zero-row file of its contract and its own file, by their names below
    `landing/` there, and its rows among the landed items, with those of the same item's other landings.
    """

    item_id: str
    contract: str
    data: str
    landed: pa.Table


@dataclass(frozen=True)
class Folded:
    """What became of an item: the names of the models that could not be folded, or what kept its
    files from being read or written.
    """

    failed: tuple[str, ...] = ()
    trouble: str | None = None


def fold_items(plan: Plan, pieces: Iterator[Piece]) -> Iterator[Folded]:
    """Write for each item what each model makes of it, and yield what became of it.

    A file is there whole or not at all; whoever folds an item again writes the same.
    """
    keep_private()
    place = fold_place_of(plan.landing, plan.folder, plan.engine)
    with duckdb.connect(":memory:") as connection:
        _lay_out(connection, plan)
        for piece in pieces:
            try:
                yield Folded(_fold(connection, plan, piece, place))
            except SourceUnavailable as error:
                yield Folded(trouble=str(error))
            except OSError as error:
                yield Folded(trouble=f"folding on an executor failed ({error.strerror})")


def _fold(
    connection: duckdb.DuckDBPyConnection, plan: Plan, piece: Piece, place: FoldPlace
) -> tuple[str, ...]:
    """Return the names of the models that could not be folded: what was wrong may quote a row, and
    is not told.
    """
    with place.reading((piece.contract, piece.data)) as paths:
        try:
            _take_up(connection, plan, piece, paths)
        except duckdb.Error:
            return tuple(model.name for model in plan.models)
        return tuple(
            model.name
            for model in plan.models
            if not _folded(connection, model, plan.folded_name(model.name, piece.item_id), place)
        )


def _lay_out(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Make a database in which the compiled SQL finds what it names."""
    connection.execute(f"set threads = 1; set memory_limit = '{plan.memory_mib}MiB'")
    connection.execute(f"attach ':memory:' as {_name(plan.database)}; use {_name(plan.database)}")
    for relation, table in plan.tables:
        _make_schema(connection, relation)
        connection.register("handed_over", table)
        connection.execute(f"create table {relation} as from handed_over")
        connection.unregister("handed_over")


def _take_up(
    connection: duckdb.DuckDBPyConnection, plan: Plan, piece: Piece, paths: list[str]
) -> None:
    """Let the views read one item. They are made anew: they name its files."""
    connection.execute("create schema if not exists night")
    connection.register("handed_over", _found_at(piece, paths[-1]))
    connection.execute(f"create or replace table night.{LANDED_ITEMS} as from handed_over")
    connection.unregister("handed_over")
    connection.execute("set variable item_paths = $paths", {"paths": paths})
    for view in plan.views:
        _make_schema(connection, view.relation)
        connection.execute(f"create or replace view {view.relation} as {view.sql}")


def _found_at(piece: Piece, path: str) -> pa.Table:
    """Return an item's rows among the landed items, with the path of its file on this machine."""
    at = piece.landed.schema.get_field_index("data_path")
    own = pc.equal(piece.landed["item_id"], piece.item_id)
    paths = pc.if_else(own, pa.scalar(path), piece.landed["data_path"])
    return piece.landed.set_column(at, "data_path", paths)


def _folded(
    connection: duckdb.DuckDBPyConnection, model: Statement, name: str, place: FoldPlace
) -> bool:
    try:
        with place.writing(name) as file:
            written = str(file).replace("'", "''")
            connection.execute(
                f"copy ({model.sql}) to '{written}' (format parquet, compression zstd)"
            )
    except duckdb.Error:
        return False
    return True


def _make_schema(connection: duckdb.DuckDBPyConnection, relation: str) -> None:
    schema = relation.rpartition(".")[0]
    connection.execute(f"create schema if not exists {schema}")


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
