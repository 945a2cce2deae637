"""A SQLAlchemy dialect under which Great Expectations can push its metrics down into DuckDB.

duckdb-engine rolls back when a connection is handed back, and that discards the result that is
still being read: every metric then fails with `list index out of range` (GX issue 11579). On a
read-only connection there is nothing to begin, commit or roll back.
"""

from typing import Any

from duckdb_engine import Dialect
from sqlalchemy.dialects import registry

DRIVER_NAME = "shihyoduckdb"


class ReadOnlyDialect(Dialect):
    """duckdb-engine's dialect without transactions; for read-only connections alone."""

    def do_begin(self, dbapi_connection: Any) -> None:
        """Do nothing."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Do nothing."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Do nothing."""


registry.register(DRIVER_NAME, __name__, "ReadOnlyDialect")
