"""The facts of a night, as dbt is handed them in the schema `night`.

That is: the run, what has landed, and what each source's contract says. Each fact is a row of a
table whose columns are the fields of its model.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from types import NoneType
from typing import Annotated, Any, get_args

import duckdb
import pyarrow as pa
from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from flows.landing.contract_files import contract_file
from flows.landing.items import LandedItem, landed_items
from flows.run import Run
from flows.sources import SOURCES
from settings import Settings


def _without_zone(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


# All are UTC; DuckDB keeps them without a zone.
_Moment = Annotated[datetime, AfterValidator(_without_zone)]
_Int32 = Annotated[int, pa.int32()]
_Int32OrNone = Annotated[int | None, pa.int32()]
_COLUMN_TYPES: dict[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    bool: pa.bool_(),
    date: pa.date32(),
    datetime: pa.timestamp("us"),
}


_REGISTERS = {source.name for source in SOURCES if source.contract.is_register}
_HAS_ITEMS = """
    select 1 from duckdb_tables() where schema_name = 'night' and table_name = 'landed_items'
"""
_KNOWN_ITEMS = "select item_id from night.landed_items"


class RunContext(BaseModel):
    """The run that builds the candidate: one row."""

    run_id: str
    warehouse_version: str | None
    as_of: date
    is_demo: bool
    started_at: _Moment


class LandedItemFact(BaseModel):
    """A landed item; what is not computed here is as its manifest says. One row per item."""

    item_id: str
    source_name: str
    item_key: str
    origin: str
    sha256: str
    encoding: str
    data_path: str
    rejected_path: str
    byte_count: int
    contract_version: _Int32
    rows_read: int
    rows_landed: int
    rows_rejected: int
    rows_erased: int
    notes: str | None
    is_new: bool
    is_register: bool
    business_date: date | None
    known_from: date
    landed_at: _Moment


class ContractFact(BaseModel):
    """A source's contract; of `rejected` rows only its file is known. One row per source."""

    source_name: str
    path: str
    contract_file: str | None = None
    name_ja: str | None = None
    name_en: str | None = None
    owner_ja: str | None = None
    owner_en: str | None = None
    delivers_within_days: _Int32OrNone = None
    may_be_stale_days: _Int32OrNone = None
    is_required: bool | None = None


class ContractColumnFact(BaseModel):
    """A column of a contract. One row per source and column."""

    source_name: str
    column_name: str
    shown_name: str
    heading: str
    kind: str
    is_personal: bool
    position: _Int32


def write_facts(connection: duckdb.DuckDBPyConnection, settings: Settings, run: Run) -> None:
    """Write the facts into an open candidate, each table anew.

    Items that the candidate knows already are not new.
    """
    known = _known_items(connection)
    landed = landed_items(settings)
    items = [_landed_item(settings, item, known) for item in landed]
    _hand_over(connection, "landed_items", LandedItemFact, items)
    _hand_over(connection, "contracts", ContractFact, list(_contracts(settings)))
    _hand_over(connection, "contract_columns", ContractColumnFact, list(_contract_columns()))
    _hand_over(connection, "run_context", RunContext, [_run_context(settings, run)])
    run.counts["items_landed_in_all"] = len(items)
    run.warnings += _damaged(settings, landed)


def _damaged(settings: Settings, landed: list[LandedItem]) -> list[str]:
    """Return a warning that names the landed files which were cut short, if any: a night reads what
    is new, and would find the others only when all is read again.
    """
    found = [
        str((item.folder / name).relative_to(settings.landing_dir))
        for item in landed
        for name in item.damaged_files()
    ]
    if not found:
        return []
    named = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
    return [
        f"landed_item_is_damaged: {named} cut short or lost; a build from all that has landed would"
        " fail; next: restore the item's folder from the backup"
    ]


def _hand_over(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    kind: type[BaseModel],
    facts: Sequence[BaseModel],
) -> None:
    columns = [(column, _column_type(field)) for column, field in kind.model_fields.items()]
    rows = [fact.model_dump() for fact in facts]
    connection.register("handed_over", pa.Table.from_pylist(rows, schema=pa.schema(columns)))
    connection.execute(f"create or replace table night.{name} as from handed_over")
    connection.unregister("handed_over")


def _column_type(field: FieldInfo) -> pa.DataType:
    """Return the type that a field is marked with, else the one of its Python type."""
    marked = [mark for mark in field.metadata if isinstance(mark, pa.DataType)]
    kinds = [kind for kind in get_args(field.annotation) if kind is not NoneType]
    return marked[0] if marked else _COLUMN_TYPES[kinds[0] if kinds else field.annotation]


def _known_items(connection: duckdb.DuckDBPyConnection) -> set[str]:
    if not connection.execute(_HAS_ITEMS).fetchall():
        return set()
    return {row[0] for row in connection.execute(_KNOWN_ITEMS).fetchall()}


def _run_context(settings: Settings, run: Run) -> RunContext:
    return RunContext(
        run_id=run.run_id,
        warehouse_version=run.version,
        as_of=run.as_of,
        is_demo=settings.is_demo,
        started_at=run.started_at,
    )


def _landed_item(settings: Settings, item: LandedItem, known: set[str]) -> LandedItemFact:
    item_id = item.folder.relative_to(settings.landing_dir).as_posix()
    computed = {
        "item_id": item_id,
        "data_path": str(item.folder / "data.parquet"),
        "rejected_path": str(item.folder / "rejected.parquet"),
        "byte_count": item.manifest.bytes,
        "notes": "; ".join(item.manifest.notes) or None,
        "is_new": item_id not in known,
        "is_register": item.manifest.source_name in _REGISTERS,
    }
    return LandedItemFact.model_validate(item.manifest.model_dump() | computed)


def _contracts(settings: Settings) -> Iterator[ContractFact]:
    for source in SOURCES:
        yield ContractFact(
            source_name=source.name,
            path=str(contract_file(settings, source.name)),
            contract_file=source.contract.file,
            name_ja=source.contract.name_ja,
            name_en=source.contract.name_en,
            owner_ja=source.contract.owner_ja,
            owner_en=source.contract.owner_en,
            delivers_within_days=source.contract.delivers_within_days,
            may_be_stale_days=source.contract.may_be_stale_days,
            is_required=source.contract.is_required,
        )
    yield ContractFact(source_name="rejected", path=str(contract_file(settings, "rejected")))


def _contract_columns() -> Iterator[ContractColumnFact]:
    for source in SOURCES:
        for position, column in enumerate(source.contract.columns):
            yield ContractColumnFact(
                source_name=source.name,
                column_name=column.name,
                shown_name=column.landed_names[-1],
                heading=column.headings[0],
                kind=column.kind,
                is_personal=column.is_personal,
                position=position,
            )
