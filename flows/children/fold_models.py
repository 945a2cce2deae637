"""Fold on Spark: what an incremental model makes of one landed item is made by the executors of a
cluster, in a DuckDB of each, by the SQL that dbt compiled for here.

What comes back is a Parquet file for each model and item. The build then reads those files where
it would have run the model's SQL, and is otherwise as it is.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

from flows.children.edits import sources_of
from flows.children.fold_items import (
    LANDED_ITEMS,
    Piece,
    Plan,
    Statement,
    fold_items,
)
from flows.children.fold_places import fetch_folded, put_landed
from flows.children.folding import FOLDED_HERE, Folding
from flows.children.spark import run_on_spark
from flows.errors import SourceUnavailable, StoreUnavailable
from flows.machine.store import FOLDED, Store, store_of
from flows.sources import SOURCES

_OF_ITEMS = "rows_of_items"  # the strategy of models that hold what one item determines
_SAME_ITEM = ("source_name", "item_key")


def fold(manifest: Any, invoke: Any, folding: Folding) -> dict[str, str]:
    """Fold tonight's items; return, by the model's id, the SQL that reads what came back.

    `invoke` runs dbt on the parsed project. A model that a task could not fold is left out: the
    build runs it here, and says what is wrong with it. Raises as `run_on_spark` does; all of them
    are to be folded here then.
    """
    shutil.rmtree(folding.folder, ignore_errors=True)
    models = _models(manifest)
    if not models or not invoke(["seed", "--select", "corrections"]).success:
        return {}
    items = _items_read_tonight(invoke, folding)
    if not items:
        return {}
    plan = _plan(manifest, invoke, folding, models)
    if plan is None:
        return {}
    failed = _folded_there(plan, items, folding)
    if failed:
        sys.stdout.write(f"{FOLDED_HERE}: executors could not fold {', '.join(sorted(failed))}\n")
    return {
        key: _reading(
            [folding.folder / plan.folded_name(model.name, item.item_id) for item in items]
        )
        for key, model in zip(models, plan.models, strict=True)
        if model.name not in failed
    }


def _folded_there(plan: Plan, items: list[Piece], folding: Folding) -> set[str]:
    """Let executors fold, by way of the store if there is one; return which models they could not.

    What was folded holds pseudonyms, and an erased person must not stay in it: it is removed there.
    """
    store = store_of(folding.engine)
    try:
        if store:
            store.remove(FOLDED)  # what is left of a night that was killed
            items = [_put(store, folding, item) for item in items]
        done = run_on_spark("fold", folding.engine, partial(fold_items, plan), items, folding.logs)
        if trouble := next((each.trouble for each in done if each.trouble), None):
            raise SourceUnavailable(trouble)
        failed = {name for each in done for name in each.failed}
        if store:
            names = [
                plan.folded_name(model.name, item.item_id)
                for model in plan.models
                for item in items
                if model.name not in failed
            ]
            fetch_folded(store, folding.folder, names)
    except OSError as error:
        raise SourceUnavailable(f"folding by Spark failed here ({error.strerror})") from None
    finally:
        if store:
            with suppress(StoreUnavailable):  # else the next fold, or an erasure, removes it
                store.remove(FOLDED)
    return failed


def _put(store: Store, folding: Folding, item: Piece) -> Piece:
    contract, data = (
        put_landed(store, folding.landing, name) for name in (item.contract, item.data)
    )
    return replace(item, contract=contract, data=data)


def _warehouse() -> duckdb.DuckDBPyConnection:
    """Return a connection to the candidate, which dbt holds open in this process."""
    environment: Any = DuckDBConnectionManager.env()
    cursor: duckdb.DuckDBPyConnection = environment.conn.cursor()
    return cursor


def _models(manifest: Any) -> list[str]:
    """Return the models that are folded: of what one landed item determines, and of sources that
    grow alone.
    """
    growing = {source.name for source in SOURCES if source.contract.grows}
    return [
        key
        for key, node in sorted(manifest.nodes.items())
        if node.resource_type == "model"
        and node.config.get("incremental_strategy") == _OF_ITEMS
        and sources_of(manifest, key)
        and sources_of(manifest, key) <= growing
    ]


def _items_read_tonight(invoke: Any, folding: Folding) -> list[Piece]:
    growing = ", ".join(f"'{source.name}'" for source in SOURCES if source.contract.grows)
    asked = (
        "select landed_items.item_id, contracts.path, landed_items.data_path"
        " from {{ source('night', 'landed_items') }} as landed_items"
        " inner join {{ source('night', 'contracts') }} as contracts using (source_name)"
        f" where source_name in ({growing})"
        " and {{ is_read_tonight(ref('corrections')) }} order by landed_items.data_path"
    )
    compiled = invoke(["compile", "--inline", asked])
    if not compiled.success:
        return []
    with _warehouse() as connection:
        found = connection.execute(compiled.result.results[0].node.compiled_code).fetchall()
        landed: Any = connection.execute(f"select * from night.{LANDED_ITEMS}").to_arrow_table()
    keys = list(zip(*(landed[name].to_pylist() for name in _SAME_ITEM), strict=True))
    rows: dict[Any, list[int]] = {}
    for row, key in enumerate(keys):
        rows.setdefault(key, []).append(row)
    key_of = dict(zip(landed["item_id"].to_pylist(), keys, strict=True))
    return [
        Piece(
            item_id,
            _below(folding.landing, contract),
            _below(folding.landing, data),
            landed.take(rows[key_of[item_id]]),
        )
        for item_id, contract, data in found
    ]


def _plan(manifest: Any, invoke: Any, folding: Folding, models: list[str]) -> Plan | None:
    names = [manifest.nodes[key].name for key in models]
    words = ["compile", "--select", *(f"+{name}" for name in names)]
    compiled = invoke([*words, "--vars", json.dumps({"item_paths": "by_variable"})])
    if not compiled.success:
        return None
    nodes = {result.node.unique_id: result.node for result in compiled.result.results}
    made = {
        key: Statement(node.name, node.relation_name, node.compiled_code)
        for key, node in nodes.items()
        if node.resource_type == "model"
    }
    return Plan(
        fold_id=uuid4().hex,
        database=manifest.nodes[models[0]].database,
        views=tuple(made[key] for key in _in_order(nodes) if key in made.keys() - set(models)),
        models=tuple(made[key] for key in models),
        tables=_tables(manifest, " ".join(each.sql for each in made.values())),
        landing=folding.landing,
        folder=folding.folder,
        engine=folding.engine.model_copy(update={"spark": {}}),
        memory_mib=folding.memory_mib,
    )


def _in_order(nodes: dict[str, Any]) -> Iterator[str]:
    """Yield nodes after those that they rest on."""
    done: set[str] = set()
    while waiting := [key for key in nodes if key not in done]:
        for key in waiting:
            if all(name in done or name not in nodes for name in nodes[key].depends_on_nodes):
                done.add(key)
                yield key


def _tables(manifest: Any, sql: str) -> tuple[tuple[str, pa.Table], ...]:
    """Return the sources and seeds that SQL names, but for the landed items; dbt does not know of
    those that a macro names only while it runs.
    """
    seeds = [node for node in manifest.nodes.values() if node.resource_type == "seed"]
    named = {node.relation_name for node in [*seeds, *manifest.sources.values()]}
    with _warehouse() as connection:
        return tuple(
            (relation, connection.execute(f"select * from {relation}").to_arrow_table())
            for relation in sorted(named)
            if relation in sql and not relation.endswith(f'."{LANDED_ITEMS}"')
        )


def _below(landing: Path, path: str) -> str:
    return Path(path).relative_to(landing).as_posix()


def _reading(files: list[Path]) -> str:
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    return f"select * from read_parquet([{listed}])"
