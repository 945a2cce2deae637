"""The catalogue of online procedures in a relational database: which procedure changed its status
on which day, and whose it is.

A database has no deliveries, only a present: the whole catalogue is one item, landed again on every
night on which it has changed. Nothing in it is personal.
"""

from pathlib import Path

import pyarrow as pa

from flows.sources.base import Delivery, Listing, Parsed
from flows.sources.contracts import Column, Contract, landed_arrays
from flows.sources.database import read_table
from flows.sources.pseudonyms import Pseudonyms

_QUERY_FILE = Path(__file__).with_name("sql") / "procedures.sql"

CONTRACT = Contract(
    source_name="procedures",
    version=3,
    name_ja="行政手続の一覧",
    name_en="Catalogue of procedures",
    owner_ja="デジタル統括室 行政手続担当",
    owner_en="Digital Bureau, online procedures",
    may_be_stale_days=7,
    columns=(
        Column("procedure_id", ("procedure_id",), "code"),
        Column("department_name", ("department_name",), "department"),
        Column("status", ("status",), "code"),
        Column("changed_on", ("changed_on",), "date"),
    ),
)


class Procedures:
    """The procedure catalogue behind the source protocol."""

    name = CONTRACT.source_name
    contract = CONTRACT

    def list_deliveries(self, location: str) -> Listing:
        """Name the catalogue as it is now; only reading tells whether it has changed."""
        return Listing((Delivery(item_key="procedure_catalogue", origin=location),))

    def read(self, delivery: Delivery) -> bytes:
        """Query the catalogue and return it as an Arrow stream: the same content gives the same
        bytes.
        """
        columns = tuple(column.name for column in CONTRACT.columns)
        query = _QUERY_FILE.read_text(encoding="utf-8")
        table = read_table(
            delivery.origin, query, columns, f"flows/sources/sql/{_QUERY_FILE.name}"
        ).combine_chunks()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        return bytes(sink.getvalue())

    def parse(self, content: bytes, pseudonyms: Pseudonyms) -> Parsed:
        """Give the catalogue's rows, numbered in the order of the query."""
        table = pa.ipc.open_stream(content).read_all()
        kept = [
            landed_arrays(table.column(column.name).combine_chunks(), column, pseudonyms)[0]
            for column in CONTRACT.columns
        ]
        rows = pa.array(range(1, table.num_rows + 1), pa.int64())
        return Parsed("arrow", iter(pa.table([*kept, rows], schema=CONTRACT.schema).to_batches()))
