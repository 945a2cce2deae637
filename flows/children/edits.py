"""What a candidate keeps of the published version: what incremental models hold, the forecasts,
which their model reads, and what rests on seeds alone. All else is dropped, and made anew.

What an incremental model holds was read by the SQL of earlier nights. What has been edited since is
read again from landing. What rests on seeds alone is the same every night until it is edited; its
tests held when it was made. A model that takes its own rows over, under digests of what they rest
on, is worked out whole when it is edited, or what it rests on, and reads nothing from landing.

A model's reading is its own SQL and settings, those of the models that it rests on, the macros of
all of them, and the seeds among them; but for corrections, which incremental models follow item by
item (`is_read_tonight`).
"""

import functools
import hashlib
import importlib.metadata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

_READINGS = """
    create table if not exists night.readings (model_name varchar primary key, digest varchar)
"""
# Without a source are models that hold no source's items, but corrections.
READ_AGAIN = """
    create or replace table night.models_read_again (model_name varchar, source_name varchar)
"""
# The other schemas are the night's own, and DuckDB's.
_OF_MODELS = "schema_name not in ('night', 'main') and not internal"
_FOLLOWED_BY_ITEM = "seed.shihyo.corrections"
_TAKING_ROWS_OVER = "rows_taken_over"  # a strategy of incremental models
_MACROS_OF_OURS = "macro.shihyo."
_STAGING = "models/staging/"


def keep_what_still_stands(manifest: Any, warehouse: Path) -> list[str]:
    """Prepare a candidate so that dbt builds from landing what the project reads otherwise than
    when the candidate's tables were built, and makes anew all that is not incremental.

    `manifest` is dbt's of the parsed project. `night.models_read_again` then names the incremental
    models that are dropped, each with the sources of which all items are read; where a source is
    read again, all of its models are. A table that was never noted counts as edited. Returns the
    names of the seeds, models and tests that dbt can pass over: they rest on seeds alone, and
    nothing of that was edited.
    """
    incremental = [key for key, node in manifest.nodes.items() if _is_incremental(node)]
    readings = {key: _digest(manifest, key) for key in sorted(incremental)}
    names = {key: manifest.nodes[key].name for key in readings}
    version_of = functools.cache(importlib.metadata.version)  # which reads a file
    settled = {
        manifest.nodes[key].name: digest_of_settled(manifest, key, version_of)
        for key in sorted(manifest.nodes)
        if rests_on_seeds_alone(manifest, key)
    }
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(_READINGS)
        connection.execute(READ_AGAIN)
        known = dict(connection.execute("select model_name, digest from night.readings").fetchall())
        if _holds_models(connection):
            edited = {key for key in readings if known.get(names[key]) != readings[key]}
            of_landing = [key for key in readings if not _takes_rows_over(manifest.nodes[key])]
            held = {key: sources_of(manifest, key) for key in of_landing}
            sources = with_those_held_beside(
                held, {source for key in edited & held.keys() for source in held[key]}
            )
            for key in of_landing:
                if key in edited or held[key] & sources:
                    _forget(connection, manifest.nodes[key], held[key])
            for key in edited - held.keys():
                _drop(connection, manifest.nodes[key])
        standing = [name for name, digest in settled.items() if known.get(name) == digest]
        connection.execute("delete from night.readings")
        noted = {names[key]: digest for key, digest in readings.items()} | settled
        connection.execute(
            "insert into night.readings select unnest($names), unnest($digests)",
            {"names": list(noted), "digests": list(noted.values())},
        )
        reading_themselves = {
            node.name
            for node in manifest.nodes.values()
            if _is_python(node) and not _libraries(node)
        }
        _drop_all_but(connection, reading_themselves | set(names.values()) | set(standing))
    return standing


def passing_over(names: list[str]) -> list[str]:
    """Return dbt's options under which it builds and tests all but these, and exactly these."""
    return ["--indirect-selection", "empty", "--exclude", *names] if names else []


def _is_incremental(node: Any) -> bool:
    return bool(node.resource_type == "model" and node.config.materialized == "incremental")


def _takes_rows_over(node: Any) -> bool:
    return bool(node.config.incremental_strategy == _TAKING_ROWS_OVER)


def _is_python(node: Any) -> bool:
    return bool(node.resource_type == "model" and node.language == "python")


def _libraries(node: Any) -> list[str]:
    return list(node.config.meta.get("rests_on_libraries", []))


def rests_on_seeds_alone(manifest: Any, key: str) -> bool:
    """Tell whether a seed, a model or a test can only come out otherwise when it is edited.

    What dbt knows may not be all: a model in Python may rest on more, unless it names the libraries
    that it rests on, and so may a staging model, which names what has landed only when it is
    compiled for a night. A test that warns has to warn every night.
    """
    if key not in manifest.nodes or key == _FOLLOWED_BY_ITEM:
        return False  # a source, or what incremental models compare with that of the night before
    node = manifest.nodes[key]
    if node.resource_type == "seed":
        return bool(node.checksum.name != "path")  # a large one, of which dbt reads the name alone
    if node.resource_type == "test":
        warns = str(node.config.severity).lower() == "warn"
        is_settled = bool(node.depends_on_nodes) and not warns
    else:
        is_settled = node.resource_type == "model" and not (
            (_is_python(node) and not _libraries(node))
            or _is_incremental(node)
            or node.original_file_path.startswith(_STAGING)
        )
    return is_settled and all(
        rests_on_seeds_alone(manifest, name) for name in node.depends_on_nodes
    )


def digest_of_settled(manifest: Any, key: str, version_of: Callable[[str], str]) -> str:
    """Return a digest of all that decides how a seed, a model or a test comes out that rests on
    seeds alone: of its contract, too, and of what builds it, by the versions of libraries.
    """
    node = manifest.nodes[key]
    columns = [
        (column.name, column.data_type, str(column.constraints)) for column in node.columns.values()
    ]
    asked = str(node.test_metadata.kwargs) if getattr(node, "test_metadata", None) else ""
    libraries = ("dbt-core", "dbt-duckdb", "duckdb", *_libraries(node))
    built_by = [version_of(name) for name in libraries]
    place = f"{node.schema}.{node.alias}"
    parts = [_digest(manifest, key, followed=None), place, node.raw_code, asked, columns, built_by]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _digest(manifest: Any, key: str, followed: str | None = _FOLLOWED_BY_ITEM) -> str:
    """Return a digest of all that decides how a model reads what has landed.

    `followed` is a seed that does not count.
    """
    parts: set[tuple[str, str]] = set()
    macros: set[str] = set()
    for name in {key, *_upstream(manifest, key)} - {followed}:
        node = manifest.nodes[name]
        settings = sorted(node.unrendered_config.items(), key=str)
        parts.add((name, f"{node.checksum.checksum} {settings}"))
        macros.update(node.depends_on_macros)
    parts.update(
        (name, manifest.macros[name].macro_sql) for name in _with_their_own(manifest, macros)
    )
    return hashlib.sha256(repr(sorted(parts)).encode()).hexdigest()


def _upstream(manifest: Any, key: str) -> set[str]:
    """Return the models and seeds that a model rests on."""
    found: set[str] = set()
    waiting = [key]
    while waiting:
        for name in manifest.nodes[waiting.pop()].depends_on_nodes:
            if name in manifest.nodes and name not in found:
                found.add(name)
                waiting.append(name)
    return found


def _with_their_own(manifest: Any, macros: set[str]) -> Iterator[str]:
    """Yield the project's macros among these, and those that they call."""
    waiting, seen = list(macros), set()
    while waiting:
        name = waiting.pop()
        if name.startswith(_MACROS_OF_OURS) and name not in seen:
            seen.add(name)
            waiting += manifest.macros[name].depends_on.macros
            yield name


def sources_of(manifest: Any, key: str) -> set[str]:
    """Return the sources whose landed items a model holds: its base models stand in their folders."""
    models = [key, *_upstream(manifest, key)]  # a base model may be incremental itself
    paths = [manifest.nodes[name].original_file_path for name in models]
    staged = [path.removeprefix(_STAGING) for path in paths if path.startswith(_STAGING)]
    return {path.split("/")[0] for path in staged} - {"night", "corrections"}


def with_those_held_beside(held: dict[str, set[str]], sources: set[str]) -> set[str]:
    """Add the sources that stand in one table with one of these: a table is dropped whole."""
    found = set(sources)
    while more := {source for each in held.values() if each & found for source in each} - found:
        found |= more
    return found


def _holds_models(connection: duckdb.DuckDBPyConnection) -> bool:
    models = f"select 1 from duckdb_tables() where {_OF_MODELS} limit 1"
    return bool(connection.execute(models).fetchall())


def _drop_all_but(connection: duckdb.DuckDBPyConnection, kept: set[str]) -> None:
    """Drop the tables and views of every other model, also of one that is no more."""
    views = f"select schema_name, view_name from duckdb_views() where {_OF_MODELS}"
    tables = f"select schema_name, table_name from duckdb_tables() where {_OF_MODELS}"
    connection.begin()  # one, or each would be written by itself
    for kind, listed in (("view", views), ("table", tables)):
        for schema, name in connection.execute(listed).fetchall():
            if name not in kept:
                connection.execute(f'drop {kind} "{schema}"."{name}"')
    connection.commit()


def _forget(connection: duckdb.DuckDBPyConnection, node: Any, sources: set[str]) -> None:
    _drop(connection, node)
    read: list[str | None] = [*sorted(sources)] or [None]
    rows = [(node.name, source) for source in read]
    connection.executemany("insert into night.models_read_again values (?, ?)", rows)
    if not sources:  # to the night, every corrected item is then corrected anew
        connection.execute("delete from night.published_corrections")


def _drop(connection: duckdb.DuckDBPyConnection, node: Any) -> None:
    connection.execute(f'drop table if exists "{node.schema}"."{node.alias}"')
