"""The catalogue of online procedures in a relational database: which procedure changed its status on which day, and whose it is.

A database has no deliveries, only a present: the whole catalogue is one item, landed again on every night on which it has changed.
Nothing in it is personal.
"""

from pathlib import Path

import pyarrow as pa

from flows.sources.base import SOURCE_ROW, Delivery, Parsed, landed_schema
from flows.sources.database import read_table
from flows.sources.pseudonyms import Pseudonyms

_QUERY_FILE = Path(__file__).with_name("sql") / "procedures.sql"


class Procedures:
    """The procedure catalogue behind the source protocol."""

    name = "procedures"
    contract_version = 1
    columns: tuple[str, ...] = ("procedure_id", "department_name", "status", "changed_on")

    def list_deliveries(self, location: str) -> list[Delivery]:
        """Name the catalogue as it is now; only reading tells whether it has changed."""
        return [Delivery(item_key="procedure_catalogue", origin=location)]

    def read(self, delivery: Delivery) -> bytes:
        """Query the catalogue and return it as an Arrow stream: the same content gives the same bytes."""
        found = read_table(delivery.origin, _QUERY_FILE.read_text(encoding="utf-8"), f"flows/sources/sql/{_QUERY_FILE.name}")
        table = pa.table([column.cast(pa.string()) for column in found.columns], names=list(self.columns)).combine_chunks()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        return bytes(sink.getvalue())

    def parse(self, content: bytes, pseudonyms: Pseudonyms) -> Parsed:
        """Give the catalogue's rows, numbered in the order of the query."""
        table = pa.ipc.open_stream(content).read_all()
        rows = table.append_column(SOURCE_ROW, pa.array(range(1, table.num_rows + 1), pa.int64()))
        return Parsed("arrow", iter(rows.cast(landed_schema(self.columns)).to_batches()))
