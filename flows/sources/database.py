"""Relational databases read through ADBC: PostgreSQL by its URL, SQLite by its file. One statement in one read-only connection.

It must never write to a source, wait for one without end, or let a password out.
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import adbc_driver_manager
import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite.dbapi
import pyarrow as pa

from flows.errors import ShihyoError, SourceUnavailable, UsageError
from settings import mask_secrets

_POSTGRESQL = ("postgresql", "postgres")
# A night must not hang on a database: a dead host ends the wait after these, a locked table after the statement's time.
_POSTGRESQL_DEFAULTS = {
    "application_name": "shihyo",
    "connect_timeout": "10",
    "tcp_user_timeout": "60000",
    "options": "-c default_transaction_read_only=on -c statement_timeout=300000 -c lock_timeout=30000",
}


def read_table(location: str, query: str, what: str) -> pa.Table:
    """Return what a query gives, in the database's own types.

    Raises SourceUnavailable when the database cannot be reached or gives up in the middle, ShihyoError when it does not hold what `what`
    (the query's file) asks for, and UsageError for a location that is neither a PostgreSQL URL nor a file.
    """
    connect = _connection(location)
    try:
        with connect() as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetch_arrow_table()
    except adbc_driver_manager.Error as error:
        if _asks_for_what_is_not_there(error):
            raise ShihyoError(
                f"{mask_secrets(location)} does not hold what {what} asks for ({_reason(error)}); next: correct the catalogue, or that file"
            ) from None
        raise SourceUnavailable(
            f"{mask_secrets(location)} cannot be read ({_reason(error)}); expected a database that answers; next: check it or the setting"
        ) from None


def _connection(location: str) -> Callable[[], AbstractContextManager[Any]]:
    scheme = urlsplit(location).scheme if "://" in location else ""
    if scheme in _POSTGRESQL:
        return lambda: adbc_driver_postgresql.dbapi.connect(_with_defaults(location))
    if scheme:
        raise UsageError(f"{mask_secrets(location)} is no database that can be read; expected postgresql://… or a SQLite file")
    if not Path(location).is_file():
        raise SourceUnavailable(f"{location} is not there; expected a SQLite file; next: check the mount or the setting")
    return lambda: adbc_driver_sqlite.dbapi.connect(f"{Path(location).as_uri()}?mode=ro")


def _with_defaults(url: str) -> str:
    """Add what the URL leaves open; a deployment's own choice stands."""
    parts = urlsplit(url)
    chosen = {**_POSTGRESQL_DEFAULTS, **dict(parse_qsl(parts.query, keep_blank_values=True))}
    return parts._replace(query=urlencode(chosen, quote_via=quote)).geturl()


def _asks_for_what_is_not_there(error: adbc_driver_manager.Error) -> bool:
    """Tell a missing table, column or right (SQLSTATE class 42; SQLite has no codes) from what may pass by itself."""
    return error.sqlstate.startswith("42") if error.sqlstate else isinstance(error, adbc_driver_manager.ProgrammingError)


def _reason(error: Exception) -> str:
    """Return what the driver says, without the status before it, the query after it and the names of accounts."""
    first = str(error).strip().splitlines()[0]
    told = re.sub(r"^[A-Z_]+: (\[\w+\] )?(Failed to prepare query: )?(ERROR: +)?", "", first)
    return re.sub(r'(user|role) "[^"]*"', r"\1 ***", told).strip()
