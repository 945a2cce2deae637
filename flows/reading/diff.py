"""Diff: what readers would see change between what is published and another warehouse. Only marts
are compared, and both read-only.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from flows.errors import UsageError
from flows.paths import candidate_file, dev_file, held_file
from flows.reading.changes import line_of, read_changes
from flows.reading.tables import in_columns, plain
from flows.reading.warehouse import naming_damage, published_file
from published import events, version_file, version_of, waiting_version
from rounding import exact
from settings import Settings

# What a run stamps, its own date and what was published before it among it; everything else in the
# marts is a function of landing and seeds.
RUN_TABLES = frozenset({"fct_audit_results", "fct_publication_changes"})
RUN_COLUMNS = frozenset(
    {"as_of", "is_new", "landed_at", "run_id", "silent_days", "warehouse_version", "was_reached"}
)

_COLUMNS = """
    select table_name, column_name
    from duckdb_columns()
    where database_name = $database and schema_name = 'marts'
    order by table_name, column_index
"""


@dataclass(frozen=True)
class ValueChange:
    """One column of one indicator and fiscal year; a row that is new or gone has every column of it
    null on the other side.
    """

    indicator_code: str
    fiscal_year: int
    column: str
    before: Any
    after: Any


@dataclass(frozen=True)
class TableChange:
    """How many rows of a mart are new or gone, duplicates counted; `columns` names those that only
    one side has, with + or −.
    """

    table: str
    rows_before: int | None
    rows_after: int | None
    rows_added: int
    rows_removed: int
    columns: tuple[str, ...] = ()

    @property
    def has_changes(self) -> bool:
        return bool(self.rows_added or self.rows_removed or self.columns) or None in (
            self.rows_before,
            self.rows_after,
        )


@dataclass(frozen=True)
class Difference:
    """What changes from `before` to `after`: values of indicators, and rows of every mart that has
    any difference. `held` are the changes for which a version waits for approval.
    """

    before: str
    after: str
    values: list[ValueChange]
    tables: list[TableChange]
    held: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.tables


def difference(settings: Settings, other: str) -> Difference:
    """Compare what is published with `dev`, with `candidate` (of a refused night), with `held` (the
    version that waits for approval) or with a kept version.

    Raises UsageError when there is no such warehouse, ShihyoError when nothing is published.
    """
    before = published_file(settings, "diff")
    after = _file_of(settings, other)
    if not after.exists():
        raise UsageError(
            f"diff: there is no {other} warehouse ({after}); next: shihyo dev, or a version of"
            " shihyo versions"
        )
    with duckdb.connect() as connection:
        for name, file in (("before", before), ("after", after)):
            with naming_damage(settings, "diff", file):
                connection.execute(
                    f"attach '{str(file).replace(chr(39), chr(39) * 2)}' as {name} (read_only)"
                )
        with naming_damage(settings, "diff", before, after):
            tables, values = _compared(connection)
    held = (
        [line_of(each) for each in read_changes(after) if each.tier == "hold"]
        if other == "held"
        else []
    )
    return Difference(
        version_of(before),
        other,
        values,
        [table for table in tables if table.has_changes],
        tuple(held),
    )


def _file_of(settings: Settings, other: str) -> Path:
    if other == "held":
        waiting = waiting_version(events(settings))
        if waiting is None:
            raise UsageError("diff: no version waits for approval; next: shihyo runs")
        return held_file(settings, waiting.version)
    named = {"dev": dev_file(settings), "candidate": candidate_file(settings)}
    return named.get(other) or version_file(settings, other)


def _compared(connection: duckdb.DuckDBPyConnection) -> tuple[list[TableChange], list[ValueChange]]:
    columns = [_columns_of(connection, name) for name in ("before", "after")]
    names = sorted({*columns[0], *columns[1]})
    tables = [
        _table_change(connection, table, *(side.get(table) for side in columns)) for table in names
    ]
    return tables, _value_changes(
        connection, *(side.get("fct_indicator_progress", []) for side in columns)
    )


def _columns_of(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table, column in connection.execute(_COLUMNS, {"database": database}).fetchall():
        if table not in RUN_TABLES and column not in RUN_COLUMNS:
            found.setdefault(table, []).append(column)
    return found


def _table_change(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    before: list[str] | None,
    after: list[str] | None,
) -> TableChange:
    if before is None or after is None:
        side = "after" if before is None else "before"
        rows = _count(connection, f"select 1 from {side}.marts.{table}")
        return (
            TableChange(table, None, rows, rows, 0)
            if before is None
            else TableChange(table, rows, None, 0, rows)
        )
    shared = ", ".join(column for column in before if column in after)
    one_sided = [f"−{column}" for column in before if column not in after] + [
        f"+{column}" for column in after if column not in before
    ]
    sides = [f"select {shared} from {side}.marts.{table}" for side in ("before", "after")]
    return TableChange(
        table,
        rows_before=_count(connection, sides[0]),
        rows_after=_count(connection, sides[1]),
        rows_added=_count(connection, f"{sides[1]} except all {sides[0]}"),
        rows_removed=_count(connection, f"{sides[0]} except all {sides[1]}"),
        columns=tuple(one_sided),
    )


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(f"select count(*) from ({query})").fetchall()[0][0])


def _value_changes(
    connection: duckdb.DuckDBPyConnection, before: list[str], after: list[str]
) -> list[ValueChange]:
    """Compare the indicators column by column, in the order of the overview."""
    keys = ("indicator_code", "fiscal_year")
    compared = [
        column for column in after if column in before and column not in (*keys, "known_from")
    ]
    rows = connection.execute(f"""
        select
            coalesce(before.indicator_code, after.indicator_code), coalesce(before.fiscal_year, after.fiscal_year),
            {", ".join(f"before.{column}, after.{column}" for column in compared)}
        from before.marts.fct_indicator_progress as before
        full join after.marts.fct_indicator_progress as after
            on before.indicator_code = after.indicator_code and before.fiscal_year = after.fiscal_year
        left join after.marts.dim_indicators as indicators
            on coalesce(before.indicator_code, after.indicator_code) = indicators.indicator_code
        order by indicators.sort_order, 2
        """).fetchall()
    return [
        ValueChange(row[0], row[1], column, plain(row[2 + 2 * place]), plain(row[3 + 2 * place]))
        for row in rows
        for place, column in enumerate(compared)
        if row[2 + 2 * place] != row[3 + 2 * place]
    ]


def report(found: Difference, form: str) -> str:
    """Write a difference as JSON, or for reading."""
    if form == "json":
        return json.dumps(asdict(found), ensure_ascii=False, indent=1)
    if found.is_empty:
        return f"nothing changes for readers between {found.before} (published) and {found.after}"
    lines = [f"{found.before} (published) → {found.after}", ""]
    lines += [*(f"to approve: {line}" for line in found.held), ""] if found.held else []
    values = [
        {
            "indicator": change.indicator_code,
            "FY": str(change.fiscal_year),
            "value": change.column,
            "before": _text(change.before),
            "after": _text(change.after),
        }
        for change in found.values
    ]
    tables = [
        {
            "mart": change.table,
            "rows": f"{_text(change.rows_before)} → {_text(change.rows_after)}",
            "added": str(change.rows_added),
            "removed": str(change.rows_removed),
            "columns": " ".join(change.columns),
        }
        for change in found.tables
    ]
    lines += [in_columns(values), ""] if values else ["no value of an indicator changes", ""]
    return "\n".join([*lines, in_columns(tables)])


def _text(value: Any) -> str:
    if value is None:
        return "—"
    # In full, and never in powers of ten.
    return f"{exact(value):f}" if isinstance(value, float) else str(value)
